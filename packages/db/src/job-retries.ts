/**
 * When a job whose attempt has ended for a reason that may pass is tried again. The failures since its newest checkpoint
 * are counted in Postgres, so a job that gets on is tried without an end, and one that takes its workers down is not.
 */
import { ERROR_KINDS, type ErrorRecord } from '@trainyard/contracts';
import type { Prisma } from './client.js';
import { type LockedJob, moveJob } from './job-journal.js';
import { toJson } from './json.js';
import { enqueue } from './repositories/outbox.js';

/** The failures in a row, with no checkpoint between them, that end a job. */
export const FAILURES_MAX = 10;

/** An error that nobody foresaw is likely to come again. */
export const INTERNAL_FAILURES_MAX = 3;

const BACKOFF_MAX_S = 60;

/** Seconds until the next attempt, by the number of failures in a row: 1, 2, 4, … up to a minute. */
export function backoffSeconds(failures: number): number {
  return Math.min(2 ** (failures - 1), BACKOFF_MAX_S);
}

/** Whether a job whose `failures`th attempt in a row has ended with `error` is tried again. */
export function isTriedAgain(error: ErrorRecord, failures: number): boolean {
  if (!ERROR_KINDS[error.code].retryable) return false;
  return failures < (error.code === 'internal' ? INTERNAL_FAILURES_MAX : FAILURES_MAX);
}

/** Ends an attempt at a locked job with an error: back into the queue after a pause, or `failed`. */
export async function endAttempt(tx: Prisma.TransactionClient, job: LockedJob, error: ErrorRecord): Promise<void> {
  if (job.cancelRequested) return cancelInstead(tx, job, error.message);
  const { failures } = await tx.job.update({
    where: { id: job.id },
    data: { failures: { increment: 1 } },
    select: { failures: true },
  });
  const again = isTriedAgain(error, failures);
  if (again && job.control === 'pause') return pauseInstead(tx, job, error.message);
  if (again) return putBackLater(tx, job, error.message, backoffSeconds(failures));
  const { retryable } = ERROR_KINDS[error.code];
  const times = `It failed ${failures} times without a new checkpoint between, so it is not tried again.`;
  const last = retryable ? { ...error, message: `${error.message} ${times}` } : error;
  await moveJob(tx, job, 'failed', { reason: last.message, data: { error: toJson(last) }, event: { error: last } });
}

/** Puts a locked job into the queue again, for any worker to take at once. */
export async function putBack(tx: Prisma.TransactionClient, job: LockedJob, reason: string): Promise<void> {
  if (job.cancelRequested) return cancelInstead(tx, job, reason);
  if (job.control === 'pause') return pauseInstead(tx, job, reason);
  await moveJob(tx, job, 'queued', { reason, data: { notBefore: null } });
  await enqueue(tx, 'training', job.id, { job_id: job.id });
}

function cancelInstead(tx: Prisma.TransactionClient, job: LockedJob, ended: string): Promise<void> {
  return moveJob(tx, job, 'cancelled', { reason: `Cancelled by request. ${ended}` });
}

function pauseInstead(tx: Prisma.TransactionClient, job: LockedJob, ended: string): Promise<void> {
  return moveJob(tx, job, 'paused', { reason: `Paused by request. ${ended}` });
}

async function putBackLater(tx: Prisma.TransactionClient, job: LockedJob, reason: string, seconds: number) {
  const [row] = await tx.$queryRaw<{ notBefore: Date }[]>`
    SELECT (clock_timestamp() + make_interval(secs => ${seconds}::float8))::timestamptz(3) AS "notBefore"`;
  const notBefore = row?.notBefore ?? null;
  await moveJob(tx, job, 'queued', { reason, data: { notBefore }, event: { not_before: notBefore?.toISOString() } });
  await enqueue(tx, 'training', job.id, { job_id: job.id }, notBefore);
}
