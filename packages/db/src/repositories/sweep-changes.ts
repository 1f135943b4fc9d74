/** Changes of a sweep and its trials. Each carries the revision that it was decided on, so that none is made twice. */
import { type Assignment, type ErrorRecord, TrainyardError } from '@trainyard/contracts';
import type { Prisma } from '../client.js';
import { lockJob, moveJob } from '../job-journal.js';
import { toJson, toNullableJson } from '../json.js';
import { enqueue } from './outbox.js';

/** The sweep has been changed since the decision, or has ended. Decide again. */
export class SweepMovedOnError extends Error {
  constructor(id: string) {
    super(`The sweep ${id} has moved on.`);
    this.name = 'SweepMovedOnError';
  }
}

/** A sweep as it was when something was decided. */
export interface SweepFence {
  sweepId: string;
  revision: number;
}

export interface NewTrial extends SweepFence {
  number: number;
  parameters: Assignment;
  /** It waits after this epoch; null where it is trained to its end. */
  holdAtEpoch: number | null;
}

/** Raises the revision, and holds the row of the sweep until the transaction ends. Throws `SweepMovedOnError`. */
export async function moveOn(tx: Prisma.TransactionClient, { sweepId, revision }: SweepFence): Promise<void> {
  const { count } = await tx.sweep.updateMany({
    where: { id: sweepId, revision, status: 'running' },
    data: { revision: { increment: 1 } },
  });
  if (count === 0) throw new SweepMovedOnError(sweepId);
}

/** Notes a trial in the transaction that makes its job; `error` says why it has none. */
export async function recordTrial(
  tx: Prisma.TransactionClient,
  { number, parameters, ...fence }: Omit<NewTrial, 'holdAtEpoch'>,
  error: ErrorRecord | null = null,
): Promise<void> {
  await moveOn(tx, fence);
  const data = { sweepId: fence.sweepId, number, parameters: toJson(parameters), error: toNullableJson(error) };
  await tx.sweepTrial.create({ data });
}

/** Lets a trial that waits go on, until after an epoch or to its end. One that waits no longer is left as it is. */
export async function promoteTrial(
  tx: Prisma.TransactionClient,
  fence: SweepFence,
  { number, holdAtEpoch }: Pick<NewTrial, 'number' | 'holdAtEpoch'>,
): Promise<void> {
  await moveOn(tx, fence);
  const found = await tx.job.findUnique({
    where: { sweepId_trial: { sweepId: fence.sweepId, trial: number } },
    select: { id: true },
  });
  const job = found && (await lockJob(tx, found.id));
  if (job?.status !== 'paused') return;
  const reason =
    holdAtEpoch === null ? 'ASHA: goes on to its end' : `ASHA: goes on to the rung after epoch ${holdAtEpoch}`;
  await moveJob(tx, job, 'queued', { reason, data: { holdAtEpoch, notBefore: null } });
  await enqueue(tx, 'training', job.id, { job_id: job.id });
}

/** Cancels a job that waits, at once, and asks the worker that holds one; an ended job stays as it is. */
export async function endTrialJob(tx: Prisma.TransactionClient, jobId: string, reason: string): Promise<void> {
  const job = await lockJob(tx, jobId);
  if (!job) return;
  const data = { cancelRequestedAt: new Date() };
  const isWaiting = job.status === 'queued' || job.status === 'paused';
  if (isWaiting) await moveJob(tx, job, 'cancelled', { reason, data });
  else if (job.status === 'preparing' || job.status === 'running') await tx.job.update({ where: { id: jobId }, data });
}

/** Throws `conflict` for the job of a trial whose sweep still needs what it has found. */
export async function refuseWhileSearching(tx: Prisma.TransactionClient, jobId: string): Promise<void> {
  const job = await tx.job.findUnique({ where: { id: jobId }, select: { trial: true, sweep: true } });
  if (job?.sweep?.status !== 'running') return;
  const detail = `The job ${jobId} is trial ${job.trial} of the sweep ${job.sweep.id}, which is still running. Cancel that, or wait for its end.`;
  throw new TrainyardError('conflict', detail);
}
