// A Trainyard with small trainings of several kinds, each of which is trained once without any fault.
import type { TrainingOptions } from '@trainyard/contracts';
import { expect } from 'vitest';
import { atEnd } from '../setup/index.js';
import { ended, jobThat, readyDataset, startTrainyard, submit, type Trainyard } from '../worker/trainyard.js';
import { Fleet } from './fleet.js';
import { FORM } from './harness.js';
import { Rows } from './rows.js';
import { checkFiles, checkHistory, type Trace, traceOf } from './trace.js';

/** Between them they keep every kind of state that a training carries from one step to the next. */
export const KINDS = {
  /** Averages of weights, a rate that follows the figures, patience, and checkpoints in the middle of epochs. */
  stateful: {
    epochs: 24,
    batch_size: 8,
    optimizer: { type: 'sgd', learning_rate: 0.02, momentum: 0.9 },
    schedule: { type: 'reduce_on_plateau', patience: 1, factor: 0.8, min_delta: 0.05 },
    early_stopping: { monitor: 'val_loss', patience: 21, min_delta: 0.001 },
    ema: { decay: 0.9 },
    gradient_clip_norm: 1,
    checkpoints: { every_epochs: 2, every_steps: 7, keep: 3 },
    seed: 3,
  },
  /** A checkpoint after every epoch. */
  plain: { epochs: 24, batch_size: 8, checkpoints: { keep: 2 } },
  /** Figures that are gathered over an epoch, of which checkpoints are few. */
  gathered: {
    epochs: 40,
    batch_size: 4,
    metrics: ['accuracy', 'auc'],
    checkpoints: { every_epochs: 10, every_steps: 17, keep: 3 },
  },
} as const satisfies Record<string, TrainingOptions>;

export type Kind = keyof typeof KINDS;

/** Training each without a fault takes its time; the short form has one. */
export const KIND_NAMES: readonly Kind[] = FORM === 'full' ? ['stateful', 'plain', 'gathered'] : ['stateful'];

export class Bed {
  readonly trainyard: Trainyard;
  readonly rows: Rows;
  readonly #datasetId: string;
  readonly #references = new Map<Kind, Trace>();
  readonly #fleets: Fleet[] = [];
  /** What was submitted since the last `clear`. */
  readonly jobs = new Map<string, Kind>();

  private constructor(trainyard: Trainyard, datasetId: string) {
    this.trainyard = trainyard;
    this.rows = new Rows(trainyard.databaseUrl);
    this.#datasetId = datasetId;
    atEnd(() => this.rows.close());
  }

  /** Trains the references, and leaves no worker behind. */
  static async make(): Promise<Bed> {
    const trainyard = await startTrainyard();
    const worker = await trainyard.startWorker();
    const { id } = await readyDataset(trainyard, 20);
    const bed = new Bed(trainyard, id);
    for (const kind of KIND_NAMES) {
      const job = await bed.submit(kind);
      await bed.ended(job);
      await checkHistory(bed.rows, job);
      bed.#references.set(kind, await traceOf(trainyard, bed.rows, job));
    }
    await worker.stop();
    return bed;
  }

  /** Ends what an earlier scenario may have left: its workers and its jobs. */
  async clear(): Promise<void> {
    await Promise.all(this.#fleets.splice(0).map((fleet) => fleet.close()));
    const { db, projectId } = this.trainyard;
    for (const id of this.jobs.keys()) {
      if (!ended(await db.jobs.get(projectId, id))) await db.jobs.cancel(projectId, id);
    }
    this.jobs.clear();
  }

  /** Starts workers; `more` is set in their environment. */
  async fleet(size: number, more: Readonly<Record<string, string>> = {}): Promise<Fleet> {
    const fleet = new Fleet(() => this.trainyard.startWorker(more));
    this.#fleets.push(fleet);
    await fleet.grow(size);
    return fleet;
  }

  async submit(kind: Kind, training: TrainingOptions = KINDS[kind]): Promise<string> {
    const { id } = await submit(this.trainyard, this.#datasetId, training, 'cpu');
    this.jobs.set(id, kind);
    return id;
  }

  ended(jobId: string, timeout?: number) {
    return jobThat(this.trainyard, jobId, ended, timeout);
  }

  /** Throws unless a job has ended as its reference has. */
  async check(jobId: string): Promise<void> {
    const kind = this.jobs.get(jobId);
    const reference = kind && this.#references.get(kind);
    if (!reference) throw new Error(`There is no reference for ${jobId}.`);
    const { status, error } = await this.trainyard.db.jobs.get(this.trainyard.projectId, jobId);
    expect({ status, error }, jobId).toEqual({ status: 'succeeded', error: null });
    await checkHistory(this.rows, jobId);
    await checkFiles(this.trainyard, this.rows, jobId);
    expect(await traceOf(this.trainyard, this.rows, jobId), `${jobId} beside its reference`).toEqual(reference);
  }

  /** Waits for the ends of all jobs and checks each. */
  async checkAll(timeout: number): Promise<void> {
    const deadline = Date.now() + timeout;
    for (const id of this.jobs.keys()) await this.ended(id, Math.max(0, deadline - Date.now()));
    for (const id of this.jobs.keys()) await this.check(id);
  }
}

let made: Promise<Bed> | undefined;

/** The bed that the scenarios of one test file share, cleared. */
export async function sharedBed(): Promise<Bed> {
  made ??= Bed.make();
  const bed = await made;
  await bed.clear();
  return bed;
}
