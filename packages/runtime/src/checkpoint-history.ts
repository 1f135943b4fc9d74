/** The checkpoints of one job: those of earlier attempts, from the newest of which it goes on, and those of this one. */
import { type CheckpointReference, TrainyardError } from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import { checkpointKey, readCheckpoint, type StoredCheckpoint, writeCheckpoint } from './checkpoint-file.js';
import { CheckpointMemory } from './checkpoint-memory.js';
import type { FitStart, Snapshot } from './fit.js';

export class CheckpointHistory {
  readonly #store: ObjectStore;
  readonly #job: { id: string; attempt: number };
  readonly #byStep: Map<number, { key: string; digest: string }>;
  readonly #memory = new CheckpointMemory();
  #rolledBack: boolean;

  /** `rolledBack` says that the training has gone back before: `earlier` holds nothing of what it left. */
  constructor(
    store: ObjectStore,
    job: { id: string; attempt: number; rolledBack?: boolean },
    earlier: readonly CheckpointReference[],
  ) {
    this.#store = store;
    this.#job = job;
    this.#rolledBack = job.rolledBack ?? false;
    this.#byStep = new Map(earlier.map((known) => [known.step, known]));
  }

  /** Where the newest checkpoint that can be read left off; null where there is none. */
  resume(): Promise<FitStart | null> {
    return this.#newest(() => true);
  }

  /**
   * Forgets the checkpoints behind the newest one of whole epochs and says where that left off; null where there is none,
   * and nothing is left. Those within epochs are written by the clock: what follows must not depend on them.
   */
  async goBack(): Promise<FitStart | null> {
    this.#rolledBack = true;
    return this.#newest(({ inEpoch }) => inEpoch === undefined);
  }

  /** The newest one that fits and can be read; those behind it are forgotten. */
  async #newest(fits: (start: FitStart) => boolean): Promise<FitStart | null> {
    const newestFirst = [...this.#byStep.keys()].sort((a, b) => b - a);
    for (const step of newestFirst) {
      const start = await this.#read(step);
      if (start !== null && fits(start)) return start;
      this.#byStep.delete(step);
    }
    return null;
  }

  async #read(step: number): Promise<FitStart | null> {
    try {
      const { tensors, position } = await readCheckpoint(this.#store, this.#stored(step));
      const values = new Map([...tensors].map(([name, tensor]) => [name, tensor.data]));
      const { seed: _, ...state } = position;
      return { tensors: values, ...state };
    } catch (error) {
      if (error instanceof TrainyardError && error.code === 'checkpoint_corrupt') return null;
      throw error;
    }
  }

  /** One at a time: the next one only when this is safe. */
  async save({ position, tensors }: Snapshot): Promise<StoredCheckpoint> {
    const key = checkpointKey(this.#job.id, position.step, this.#job.attempt, this.#rolledBack);
    const stored = await writeCheckpoint(this.#store, key, tensors, position, this.#memory);
    this.#byStep.set(position.step, stored);
    return stored;
  }

  /** The tensors of the checkpoint at a step, weights and slots. Throws `checkpoint_corrupt`. */
  async tensors(step: number): Promise<Map<string, Float32Array>> {
    const { tensors } = await readCheckpoint(this.#store, this.#stored(step));
    return new Map([...tensors].map(([name, tensor]) => [name, tensor.data]));
  }

  #stored(step: number): { key: string; digest: string } {
    const stored = this.#byStep.get(step);
    if (stored) return stored;
    throw new TrainyardError('checkpoint_corrupt', `The checkpoint of step ${step} of this job is gone.`);
  }
}
