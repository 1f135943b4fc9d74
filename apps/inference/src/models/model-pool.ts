/** The models that are loaded, a process for each checkpoint. Beyond a number the one that was idle longest makes room. */
import { type ModelTask, TrainyardError } from '@trainyard/contracts';
import type { ServedEndpoint } from '@trainyard/db';
import type { FastifyBaseLogger } from 'fastify';
import { LoadFailure } from './load-failure.js';
import { ModelProcess } from './model-process.js';

export const MODELS_MAX = 8;

export interface ModelPoolOptions {
  /** Root of the object store. */
  objectsDir: string;
  /** Threads of one operator, in each process. */
  threads: number;
  log: FastifyBaseLogger;
  /** Processes at once. */
  modelsMax?: number;
}

/** An endpoint that has used a loaded model. */
export interface PoolUser {
  endpointId: string;
  projectId: string;
  checkpointId: string;
}

interface Loaded {
  process: Promise<ModelProcess>;
  /** Requests that use it now. */
  busy: number;
  /** By endpoint id. */
  users: Map<string, PoolUser>;
}

export class ModelPool {
  readonly #options: Required<ModelPoolOptions>;
  /** By checkpoint id; the one that was used last comes last. */
  readonly #loaded = new Map<string, Loaded>();
  readonly #closing = new Set<Promise<void>>();

  constructor(options: ModelPoolOptions) {
    this.#options = { modelsMax: MODELS_MAX, ...options };
  }

  /**
   * Calls `action` with the process of an endpoint's model, which is kept until the promise is settled; where the model
   * is not loaded yet, that begins now, and ends with a `LoadFailure` where it fails. Throws `overloaded` where there is
   * no room for another model, and what `action` throws.
   */
  async use<T>(served: ServedEndpoint, action: (loading: Promise<ModelProcess>) => Promise<T>): Promise<T> {
    const loaded = this.#hold(served);
    try {
      return await action(loaded.process);
    } finally {
      loaded.busy--;
    }
  }

  /** The endpoints that have used what is loaded. */
  users(): PoolUser[] {
    return [...this.#loaded.values()].flatMap((loaded) => [...loaded.users.values()]);
  }

  /** Tells that an endpoint does not use a checkpoint any more; what nobody uses is ended. */
  forget({ endpointId, checkpointId }: PoolUser): void {
    const loaded = this.#loaded.get(checkpointId);
    loaded?.users.delete(endpointId);
    if (loaded?.users.size === 0) this.#end(checkpointId, loaded);
  }

  /** Ends every process. */
  async close(): Promise<void> {
    for (const [checkpointId, loaded] of this.#loaded) this.#end(checkpointId, loaded);
    await Promise.all(this.#closing);
  }

  #hold(served: ServedEndpoint): Loaded {
    const { checkpointId } = served.model;
    const loaded = this.#loaded.get(checkpointId) ?? this.#load(served);
    this.#loaded.delete(checkpointId);
    this.#loaded.set(checkpointId, loaded);
    const { endpoint, projectId } = served;
    loaded.users.set(endpoint.id, { endpointId: endpoint.id, projectId, checkpointId });
    loaded.busy++;
    return loaded;
  }

  #load(served: ServedEndpoint): Loaded {
    if (this.#loaded.size >= this.#options.modelsMax) this.#makeRoom();
    const { checkpointId } = served.model;
    const log = this.#options.log.child({ checkpoint_id: checkpointId });
    const process = ModelProcess.start(this.#task(served), log).catch((cause: unknown): never => {
      log.error({ err: cause }, 'a model could not be loaded');
      throw new LoadFailure(cause);
    });
    const loaded: Loaded = { process, busy: 0, users: new Map() };
    const remove = () => {
      if (this.#loaded.get(checkpointId) === loaded) this.#loaded.delete(checkpointId);
    };
    process.then((started) => started.ended.then(remove), remove);
    return loaded;
  }

  #makeRoom(): void {
    const idle = [...this.#loaded].find(([, loaded]) => loaded.busy === 0);
    if (idle === undefined) {
      const detail = `All ${this.#loaded.size} loaded models are busy. Try again a little later.`;
      throw new TrainyardError('overloaded', detail);
    }
    this.#end(...idle);
  }

  #end(checkpointId: string, loaded: Loaded): void {
    this.#loaded.delete(checkpointId);
    const closed = loaded.process
      .then((process) => process.close())
      .catch(() => {})
      .finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }

  #task({ model }: ServedEndpoint): ModelTask {
    const { task, classes, targets, image, fit, stats } = model.dataset;
    return {
      objects_dir: this.#options.objectsDir,
      threads: this.#options.threads,
      storage_key: model.storageKey,
      digest: model.digest,
      spec: model.spec,
      normalization: model.training.normalization,
      dataset: { task, classes, targets, image, fit, stats },
    };
  }
}
