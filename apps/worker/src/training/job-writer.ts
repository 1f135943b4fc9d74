/** Writes what a trainer reports into the database, under the fence of the attempt. */
import { exportPrefix, type TrainerReport } from '@trainyard/contracts';
import type { RemovedCheckpoint, TrainingClaim } from '@trainyard/db';
import type { WorkerContext } from '../context.js';
import { FirstSteps } from './first-steps.js';

type ReportOf<T extends TrainerReport['type']> = Extract<TrainerReport, { type: T }>;

export class JobWriter {
  readonly #context: WorkerContext;
  readonly #claim: TrainingClaim;
  readonly #first: FirstSteps;
  /** What the trainer said last, once it is done. */
  trained: ReportOf<'trained'> | null = null;

  constructor(context: WorkerContext, claim: TrainingClaim) {
    this.#context = context;
    this.#claim = claim;
    this.#first = new FirstSteps(claim.training);
  }

  async write(report: TrainerReport): Promise<void> {
    const { db } = this.#context;
    const claim = this.#claim;
    switch (report.type) {
      case 'planned':
        await db.jobs.setPlan(claim, report.plan);
        return;
      case 'running':
        return db.jobs.start(claim, report.epoch === 0 ? null : `Goes on after epoch ${report.epoch}`);
      case 'steps':
        await this.#forecast(report);
        return db.metrics.recordSteps(claim, report.rows, { ...report.progress, elapsed_s: report.elapsed_s });
      case 'epoch':
        return db.metrics.recordEpoch(claim, report.row, { ...report.progress, elapsed_s: report.elapsed_s });
      case 'probe':
        return db.metrics.recordProbe(claim, report.row);
      case 'checkpoint':
        return this.#keep(report);
      case 'rollback':
        return this.#removeAll(await db.checkpoints.rollBack(claim, report.rollback));
      case 'log':
        // For the log of the job alone.
        return;
      case 'trained':
        this.trained = report;
    }
  }

  /** Of its first attempt, while the speed is that of its beginning. */
  async #forecast({ progress, elapsed_s }: ReportOf<'steps'>): Promise<void> {
    const forecast = this.#claim.attempt === 1 ? this.#first.forecast(progress, elapsed_s) : null;
    if (forecast !== null) await this.#context.db.forecasts.note(this.#claim, forecast);
  }

  /** Records a checkpoint, and only then removes the files that nothing refers to any more. */
  async #keep(report: ReportOf<'checkpoint'>): Promise<void> {
    const { db } = this.#context;
    const { bytes, is_best: best, epoch_complete: epochComplete, metrics } = report;
    const { key: storageKey, epoch, step, digest } = report.checkpoint;
    const written = { epoch, step, metrics, bytes, digest, storageKey, best, epochComplete };
    const { keep } = this.#claim.training.checkpoints;
    const { checkpoint, replacedKey, removed } = await db.checkpoints.record(this.#claim, written, keep);
    if (replacedKey) await this.#remove(checkpoint.id, replacedKey);
    await this.#removeAll(removed);
  }

  async #removeAll(removed: readonly RemovedCheckpoint[]): Promise<void> {
    for (const { id, storageKey } of removed) await this.#remove(id, storageKey);
  }

  async #remove(checkpointId: string, key: string): Promise<void> {
    await this.#context.store.remove(key);
    await this.#context.store.removePrefix(exportPrefix(checkpointId));
  }
}
