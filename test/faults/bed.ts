// A Trainyard with small trainings of several kinds, each of which is trained once without any fault.
import type { TrainingOptions } from '@trainyard/contracts';
import { expect } from 'vitest';
import { atEnd, type Program } from '../setup/index.js';
import { ended, jobThat, readyDataset, startTrainyard, submit, type Trainyard } from '../worker/trainyard.js';
import { Fleet } from './fleet.js';
import { FORM } from './harness.js';
import { Rows } from './rows.js';
import { checkFiles, checkHistory, type Trace, traceOf } from './trace.js';

/** How many checkpoints there are must not depend on how fast the machine is. */
const BY_STEPS = { every_seconds: 86_400 };

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
    checkpoints: { every_epochs: 2, every_steps: 7, keep: 3, ...BY_STEPS },
    seed: 3,
  },
  /** A checkpoint after every epoch, all of which stay. */
  plain: { epochs: 24, batch_size: 8, checkpoints: { keep: 1000, ...BY_STEPS } },
  /** Goes on for seconds, also on a fast machine: an order is to reach it before its end. */
  lasting: { epochs: 90, batch_size: 8, checkpoints: { keep: 1000, ...BY_STEPS } },
  /** Long enough to be killed many times. */
  long: { epochs: 150, batch_size: 8, ema: { decay: 0.9 }, checkpoints: { every_steps: 7, keep: 2, ...BY_STEPS } },
  /** Figures that are gathered over an epoch, of which checkpoints are few. */
  gathered: {
    epochs: 40,
    batch_size: 4,
    metrics: ['accuracy', 'auc'],
    checkpoints: { every_epochs: 10, every_steps: 17, keep: 3, ...BY_STEPS },
  },
} as const satisfies Record<string, TrainingOptions>;

export type Kind = keyof typeof KINDS;

/** Those of which there are many; training each without a fault takes its time, so the short form has one. */
export const KIND_NAMES: readonly Kind[] = FORM === 'full' ? ['stateful', 'plain', 'gathered'] : ['stateful'];

export class Bed {
  readonly trainyard: Trainyard;
  readonly rows: Rows;
  readonly #datasetId: string;
  readonly #references = new Map<Kind, Trace>();
  readonly #fleets: Fleet[] = [];
  /** Workers that an earlier scenario has left: to start one takes seconds. */
  readonly #idle: Program[] = [];
  /** What was submitted since the last `clear`. */
  readonly jobs = new Map<string, Kind>();

  private constructor(trainyard: Trainyard, datasetId: string) {
    this.trainyard = trainyard;
    this.rows = new Rows(trainyard.databaseUrl);
    this.#datasetId = datasetId;
    atEnd(() => this.rows.close());
  }

  static async make(): Promise<Bed> {
    const trainyard = await startTrainyard();
    const worker = await trainyard.startWorker();
    const { id } = await readyDataset(trainyard, 20);
    const bed = new Bed(trainyard, id);
    bed.#idle.push(worker);
    return bed;
  }

  /** Trains the references that there are not yet. */
  async train(kinds: readonly Kind[]): Promise<void> {
    const missing = kinds.filter((kind) => !this.#references.has(kind));
    if (missing.length === 0) return;
    await this.fleet(1);
    for (const kind of missing) {
      const job = await this.submit(kind);
      await this.ended(job);
      await checkHistory(this.rows, job);
      this.#references.set(kind, await traceOf(this.trainyard, this.rows, job));
    }
    await this.clear();
  }

  reference(kind: Kind): Trace {
    const reference = this.#references.get(kind);
    if (!reference) throw new Error(`The reference ${kind} has not been trained.`);
    return reference;
  }

  /** Ends the jobs that an earlier scenario may have left, and takes over its workers. */
  async clear(): Promise<void> {
    for (const fleet of this.#fleets.splice(0)) this.#idle.push(...(await fleet.release()));
    const { db, projectId } = this.trainyard;
    for (const id of this.jobs.keys()) {
      if (!ended(await db.jobs.get(projectId, id))) await db.jobs.cancel(projectId, id);
    }
    this.jobs.clear();
  }

  /** So many workers, and no others. */
  async fleet(size: number): Promise<Fleet> {
    const fleet = new Fleet(() => this.trainyard.startWorker(), this.#idle.splice(0, size));
    this.#fleets.push(fleet);
    await this.#endIdle();
    await fleet.grow(size - fleet.workers.length);
    return fleet;
  }

  /** Workers with more in their environment, which are of no use to any other scenario. The caller closes it. */
  async specialFleet(size: number, more: Readonly<Record<string, string>>): Promise<Fleet> {
    await this.#endIdle();
    const fleet = new Fleet(() => this.trainyard.startWorker(more));
    await fleet.grow(size);
    return fleet;
  }

  async #endIdle(): Promise<void> {
    await new Fleet(() => this.trainyard.startWorker(), this.#idle.splice(0)).close();
  }

  async submit(kind: Kind, training: TrainingOptions = KINDS[kind]): Promise<string> {
    const { id } = await submit(this.trainyard, this.#datasetId, training, 'cpu');
    this.jobs.set(id, kind);
    return id;
  }

  /** Submits so many that `open` jobs have not ended. */
  async keepBusy(open: number, kind: () => Kind): Promise<void> {
    const [row] = await this.rows.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM jobs WHERE status IN ('queued', 'preparing', 'running') AND id = ANY($1)",
      [[...this.jobs.keys()]],
    );
    for (let count = row.count; count < open; count++) await this.submit(kind());
  }

  ended(jobId: string, timeout?: number) {
    return jobThat(this.trainyard, jobId, ended, timeout);
  }

  /** Throws unless a job has ended as its reference has. */
  async check(jobId: string): Promise<void> {
    const kind = this.jobs.get(jobId);
    if (!kind) throw new Error(`The job ${jobId} is not of this bed.`);
    const { status, error } = await this.trainyard.db.jobs.get(this.trainyard.projectId, jobId);
    expect({ status, error }, jobId).toEqual({ status: 'succeeded', error: null });
    await checkHistory(this.rows, jobId);
    await checkFiles(this.trainyard, this.rows, jobId);
    expect(await traceOf(this.trainyard, this.rows, jobId), `${jobId} beside its reference`).toEqual(
      this.reference(kind),
    );
  }

  /** Waits for the ends of all jobs and checks each. */
  async checkAll(timeout: number): Promise<void> {
    const deadline = Date.now() + timeout;
    for (const id of this.jobs.keys()) await this.ended(id, Math.max(0, deadline - Date.now()));
    for (const id of this.jobs.keys()) await this.check(id);
  }
}

let made: Promise<Bed> | undefined;

/** The bed that the scenarios of one test file share, cleared, with the references that one needs. */
export async function sharedBed(kinds: readonly Kind[]): Promise<Bed> {
  made ??= Bed.make();
  const bed = await made;
  await bed.clear();
  await bed.train(kinds);
  return bed;
}
