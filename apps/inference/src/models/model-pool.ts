/** The models that are loaded, a process for each checkpoint. Beyond a number the one that was idle longest makes room. */
import {
  type ExplainedImage,
  type ExplainRequest,
  type ModelDescription,
  type ModelTask,
  type PredictInput,
  TrainyardError,
} from '@trainyard/contracts';
import type { TrainedModel } from '@trainyard/db';
import type { FastifyBaseLogger } from 'fastify';
import type { Prediction, PredictOptions } from './batcher.js';
import { HostedModel } from './hosted-model.js';
import { type ModelStatistics, StatisticsKeeper } from './model-statistics.js';

export const MODELS_MAX = 8;

export interface ModelPoolOptions {
  /** Root of the object store. */
  objectsDir: string;
  /** Threads of one operator, in each process. */
  threads: number;
  log: FastifyBaseLogger;
  /** Processes at once. */
  modelsMax?: number;
  /** How long a group of requests may take before its process counts as stuck; 30 s by default. */
  answerMs?: number;
}

const ANSWER_MS = 30_000;
/** Checkpoints whose statistics outlast their process; each has some 64 KiB. */
const STATISTICS_MAX = 256;

export class ModelPool {
  readonly #options: Required<ModelPoolOptions>;
  /** By checkpoint id; the one that was used last comes last. */
  readonly #hosted = new Map<string, HostedModel>();
  readonly #closing = new Set<Promise<void>>();
  /** By checkpoint id; the one that was loaded last comes last. */
  readonly #statistics = new Map<string, StatisticsKeeper>();

  constructor({ modelsMax = MODELS_MAX, answerMs = ANSWER_MS, ...options }: ModelPoolOptions) {
    this.#options = { ...options, modelsMax, answerMs };
  }

  /**
   * The answer of a model, which is loaded first where it is not. Throws `LoadFailure`; `overloaded` where there is no
   * room for another model or too much waits for this one; `endpoint_not_ready` where loading takes long or the process
   * ends with the request in it; and what the model refuses the input with.
   */
  predict(model: TrainedModel, input: PredictInput, options: PredictOptions = {}): Promise<Prediction> {
    try {
      return this.#use(model).predict(input, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** What Grad-CAM says of one image. Throws as `predict` does. */
  explain(model: TrainedModel, request: ExplainRequest): Promise<ExplainedImage> {
    try {
      return this.#use(model).explain(request);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Once it resolves the model answers at once. Throws `LoadFailure` and `overloaded`. */
  async load(model: TrainedModel): Promise<ModelDescription> {
    return this.#use(model).loaded();
  }

  /** What is known of a model; it is loaded for that. Throws `LoadFailure` and `overloaded`. */
  describe(model: TrainedModel): Promise<ModelDescription> {
    return this.load(model);
  }

  isLoaded(checkpointId: string): boolean {
    return this.#hosted.get(checkpointId)?.isLoaded ?? false;
  }

  /** The checkpoints that are loaded or being loaded. */
  checkpoints(): string[] {
    return [...this.#hosted.keys()];
  }

  /** Ends the process of a checkpoint once it has answered what came before. */
  unload(checkpointId: string): void {
    const hosted = this.#hosted.get(checkpointId);
    if (hosted) this.#end(checkpointId, hosted);
  }

  /** Since the server was started, also of a model that was let go meanwhile; undefined where it was never loaded. */
  statistics(checkpointId: string): ModelStatistics | undefined {
    return this.#hosted.get(checkpointId)?.statistics() ?? this.#statistics.get(checkpointId)?.read(0);
  }

  /** Ends every process. */
  async close(): Promise<void> {
    for (const [checkpointId, hosted] of this.#hosted) this.#end(checkpointId, hosted);
    await Promise.all(this.#closing);
  }

  #use(model: TrainedModel): HostedModel {
    const { checkpointId } = model;
    const hosted = this.#hosted.get(checkpointId) ?? this.#host(model);
    this.#hosted.delete(checkpointId);
    this.#hosted.set(checkpointId, hosted);
    return hosted;
  }

  #host(model: TrainedModel): HostedModel {
    if (this.#hosted.size >= this.#options.modelsMax) this.#makeRoom();
    const { checkpointId } = model;
    const hosted: HostedModel = new HostedModel({
      task: this.#task(model),
      log: this.#options.log.child({ checkpoint_id: checkpointId }),
      answerMs: this.#options.answerMs,
      statistics: this.#keepStatistics(checkpointId),
      onFailed: () => {
        if (this.#hosted.get(checkpointId) === hosted) this.#hosted.delete(checkpointId);
      },
    });
    return hosted;
  }

  #keepStatistics(checkpointId: string): StatisticsKeeper {
    const statistics = this.#statistics.get(checkpointId) ?? new StatisticsKeeper();
    this.#statistics.delete(checkpointId);
    for (const oldest of this.#statistics.keys()) {
      if (this.#statistics.size < STATISTICS_MAX) break;
      this.#statistics.delete(oldest);
    }
    this.#statistics.set(checkpointId, statistics);
    return statistics;
  }

  #makeRoom(): void {
    const idle = [...this.#hosted].find(([, hosted]) => hosted.isLoaded && !hosted.isBusy);
    if (idle === undefined) {
      const detail = `All ${this.#hosted.size} loaded models are busy. Try again a little later.`;
      throw new TrainyardError('overloaded', detail);
    }
    this.#end(...idle);
  }

  #end(checkpointId: string, hosted: HostedModel): void {
    this.#hosted.delete(checkpointId);
    const closed = hosted.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }

  #task({ storageKey, digest, spec, training, dataset }: TrainedModel): ModelTask {
    const { task, classes, targets, image, fit, stats } = dataset;
    return {
      objects_dir: this.#options.objectsDir,
      threads: this.#options.threads,
      storage_key: storageKey,
      digest,
      spec,
      normalization: training.normalization,
      dataset: { task, classes, targets, image, fit, stats },
    };
  }
}
