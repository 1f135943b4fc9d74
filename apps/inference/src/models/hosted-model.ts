/** A model that the server keeps: its queue, and the process that answers, which is started again where it ends. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type ExplainedImage,
  type ExplainRequest,
  type ModelDescription,
  type ModelTask,
  type PredictInput,
  TrainyardError,
} from '@trainyard/contracts';
import type { FastifyBaseLogger } from 'fastify';
import { Batcher, type Prediction, type PredictOptions } from './batcher.js';
import { LoadFailure } from './load-failure.js';
import { ModelProcess } from './model-process.js';
import type { ModelStatistics, StatisticsKeeper } from './model-statistics.js';

/** How long a request waits for its model to be loaded. */
const LOAD_WAIT_MS = 10_000;
/** Requests that wait for that. */
const LOAD_WAITING_MAX = 256;
/** Images that wait to be explained; each takes as long as many predictions. */
const EXPLAINING_MAX = 8;
/** A process that ends within this time, like the one before it, is not started again at once. */
const SHORT_LIFE_MS = 5_000;
const RESTART_MS = 1_000;

export interface HostedModelOptions {
  task: ModelTask;
  log: FastifyBaseLogger;
  answerMs: number;
  /** Goes on from where the model was loaded before. */
  statistics: StatisticsKeeper;
  /** Called once where the process could not be loaded: the model is of no use from then on. */
  onFailed: () => void;
}

export class HostedModel {
  readonly #options: HostedModelOptions;
  readonly #batcher: Batcher;
  readonly #statistics: StatisticsKeeper;
  #process: ModelProcess | undefined;
  #loading: Promise<ModelDescription>;
  #waitingForLoad = 0;
  /** Processes in a row that ended soon. */
  #shortLives = 0;
  #explaining = 0;
  #isClosing = false;

  /** Begins to load. */
  constructor(options: HostedModelOptions) {
    this.#options = options;
    this.#statistics = options.statistics;
    this.#batcher = new Batcher({
      task: () => this.#running().description.task,
      run: (inputs) => this.#running().run(inputs),
      onGroup: (images, { compute_ms }) => {
        const runs = Math.ceil(images / this.#running().description.batch_max);
        this.#statistics.group(images, runs, compute_ms);
      },
      onAnswer: (answered) => this.#statistics.answer(answered),
      onRefused: ({ error, log }) => {
        if (log !== undefined) options.log.debug({ code: error.code, cause: log }, 'a model refused a request');
      },
    });
    this.#loading = this.#load();
    this.#loading.catch(() => {});
  }

  get isLoaded(): boolean {
    return this.#process !== undefined;
  }

  /** Whether requests are answered or wait. */
  get isBusy(): boolean {
    return this.#batcher.isBusy || this.#waitingForLoad + this.#explaining > 0;
  }

  /** What is loaded, once it is. Throws `LoadFailure`. */
  loaded(): Promise<ModelDescription> {
    return this.#loading;
  }

  /**
   * Throws `LoadFailure`; `endpoint_not_ready` where loading takes long or the process ends while it has the request;
   * `overloaded`; and what the model refuses the input with.
   */
  async predict(input: PredictInput, options: PredictOptions): Promise<Prediction> {
    const since = performance.now();
    if (this.#process === undefined) await this.#inTime();
    return this.#batcher.add(input, options, since);
  }

  /** Throws as `predict` does. */
  async explain(request: ExplainRequest): Promise<ExplainedImage> {
    if (this.#explaining >= EXPLAINING_MAX) {
      throw new TrainyardError(
        'overloaded',
        `${EXPLAINING_MAX} images are being explained already. Try again a little later.`,
      );
    }
    this.#explaining++;
    try {
      if (this.#process === undefined) await this.#inTime();
      return await this.#running().explain(request);
    } finally {
      this.#explaining--;
    }
  }

  statistics(): ModelStatistics {
    return this.#statistics.read(this.#batcher.waiting + this.#waitingForLoad);
  }

  /** Ends the process once it has answered what came before. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#loading.catch(() => {});
    while (this.#process !== undefined && this.isBusy) await delay(5);
    await this.#process?.close();
    this.#batcher.refuseAll(notReady('The model was let go. Try again.'));
  }

  #running(): ModelProcess {
    if (this.#process === undefined) throw notReady('The process of this model is being started again. Try again.');
    return this.#process;
  }

  async #load(): Promise<ModelDescription> {
    const { task, log, answerMs } = this.#options;
    try {
      const started = await ModelProcess.start(task, { log, answerMs });
      this.#process = started;
      const startedAt = performance.now();
      void started.ended.then(() => this.#ended(performance.now() - startedAt));
      this.#batcher.open(started.description.batch_max);
      return started.description;
    } catch (cause) {
      log.error({ err: cause }, 'a model could not be loaded');
      const failure = new LoadFailure(cause);
      this.#batcher.refuseAll(failure);
      this.#options.onFailed();
      throw failure;
    }
  }

  /** What waits is kept for the next process. */
  #ended(livedMs: number): void {
    this.#process = undefined;
    this.#batcher.pause();
    if (this.#isClosing) return;
    this.#statistics.crashes++;
    this.#shortLives = livedMs < SHORT_LIFE_MS ? this.#shortLives + 1 : 0;
    this.#loading = delay(this.#shortLives > 1 ? RESTART_MS : 0).then(() => this.#load());
    this.#loading.catch(() => {});
  }

  async #inTime(): Promise<void> {
    if (this.#waitingForLoad >= LOAD_WAITING_MAX) {
      throw new TrainyardError('overloaded', `${LOAD_WAITING_MAX} requests wait for this model to be loaded already.`);
    }
    const timer = new AbortController();
    const late = delay(LOAD_WAIT_MS, undefined, { signal: timer.signal }).then(() => {
      throw notReady('The model is being loaded. Try again in a moment.');
    });
    late.catch(() => {});
    this.#waitingForLoad++;
    try {
      await Promise.race([this.#loading, late]);
    } finally {
      this.#waitingForLoad--;
      timer.abort();
    }
  }
}

function notReady(detail: string): TrainyardError {
  return new TrainyardError('endpoint_not_ready', detail);
}
