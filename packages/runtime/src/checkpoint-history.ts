/** The checkpoints of one job: those of earlier attempts, from the newest of which it goes on, and those of this one. */
import { type CheckpointReference, TrainyardError } from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import { checkpointKey, readCheckpoint, type StoredCheckpoint, writeCheckpoint } from './checkpoint-file.js';
import type { FitStart, Snapshot } from './fit.js';

export class CheckpointHistory {
  readonly #store: ObjectStore;
  readonly #job: { id: string; attempt: number };
  readonly #byStep: Map<number, { key: string; digest: string }>;

  constructor(store: ObjectStore, job: { id: string; attempt: number }, earlier: readonly CheckpointReference[]) {
    this.#store = store;
    this.#job = job;
    this.#byStep = new Map([...earlier].sort((a, b) => a.step - b.step).map((known) => [known.step, known]));
  }

  /** Where the newest checkpoint that can be read left off; null where there is none. */
  async resume(): Promise<FitStart | null> {
    for (const [step, stored] of [...this.#byStep].reverse()) {
      try {
        const { tensors, position } = await readCheckpoint(this.#store, stored);
        const values = new Map([...tensors].map(([name, tensor]) => [name, tensor.data]));
        const { seed: _, ...state } = position;
        return { tensors: values, ...state };
      } catch (error) {
        if (!(error instanceof TrainyardError && error.code === 'checkpoint_corrupt')) throw error;
        this.#byStep.delete(step);
      }
    }
    return null;
  }

  async save({ position, tensors }: Snapshot): Promise<StoredCheckpoint> {
    const key = checkpointKey(this.#job.id, position.step, this.#job.attempt);
    const stored = await writeCheckpoint(this.#store, key, tensors, position);
    this.#byStep.set(position.step, stored);
    return stored;
  }

  /** The tensors of the checkpoint at a step, weights and slots. Throws `checkpoint_corrupt`. */
  async tensors(step: number): Promise<Map<string, Float32Array>> {
    const stored = this.#byStep.get(step);
    if (!stored) throw new TrainyardError('checkpoint_corrupt', `The checkpoint of step ${step} of this job is gone.`);
    const { tensors } = await readCheckpoint(this.#store, stored);
    return new Map([...tensors].map(([name, tensor]) => [name, tensor.data]));
  }
}
