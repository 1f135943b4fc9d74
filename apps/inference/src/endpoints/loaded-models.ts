/** The checkpoints that this server has loaded at some time, and what it found. */
import type { ModelDescription } from '@trainyard/contracts';
import type { LoadedModel, TrainedModel } from '@trainyard/db';
import type { ModelPool } from '../models/model-pool.js';

type Pool = Pick<ModelPool, 'load' | 'unload' | 'isLoaded' | 'statistics' | 'checkpoints'>;

export class LoadedModels {
  readonly #pool: Pool;
  /** Of those that have answered here, whether they are loaded now or can be again. */
  readonly #descriptions = new Map<string, ModelDescription>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Throws `LoadFailure` and `overloaded`. */
  async load(model: TrainedModel): Promise<ModelDescription> {
    const description = await this.#pool.load(model);
    this.#descriptions.set(model.checkpointId, description);
    return description;
  }

  /** Whether this server has seen the checkpoint answer. It may have been unloaded since, to make room. */
  hasAnswered(checkpointId: string): boolean {
    return this.#descriptions.has(checkpointId) || this.#pool.isLoaded(checkpointId);
  }

  /** Notes what is known of a model that was loaded on demand and has answered. */
  noteAnswer(model: TrainedModel): void {
    if (this.#descriptions.has(model.checkpointId)) return;
    // Of a model that ends in this moment the next answer tells.
    this.load(model).catch(() => {});
  }

  /** Lets go of every checkpoint that is not among the needed. */
  keep(needed: ReadonlySet<string>): void {
    for (const id of this.#pool.checkpoints()) if (!needed.has(id)) this.#pool.unload(id);
    for (const id of this.#descriptions.keys()) if (!needed.has(id)) this.#descriptions.delete(id);
  }

  list(): LoadedModel[] {
    const loaded = this.#pool.checkpoints().filter((id) => this.#pool.isLoaded(id));
    return loaded.map((id) => ({
      checkpoint_id: id,
      waiting: this.#pool.statistics(id)?.waiting ?? 0,
      load_ms: this.#descriptions.get(id)?.load_ms ?? 0,
    }));
  }
}
