/** Changes of a job's status and its events, written under the lock of the job's row, so that `seq` has no gap. */
import { type EventType, type JobStatus, newId } from '@trainyard/contracts';
import type { Prisma } from './client.js';
import { type Fence, notFound, StaleAttemptError } from './errors.js';
import { checkTransition, HELD, isEnded } from './job-states.js';
import { appendLogLines, statusLine } from './log-lines.js';
import { announceEvent } from './webhook-messages.js';

/** What was asked of the worker that holds a job, beside its cancellation. */
export type JobControl = 'pause' | 'stop';

export interface LockedJob {
  id: string;
  status: JobStatus;
  attempt: number;
  cancelRequested: boolean;
  control: JobControl | null;
}

/** Locks the job's row until the transaction ends. */
export async function lockJob(tx: Prisma.TransactionClient, id: string): Promise<LockedJob | null> {
  const rows = await tx.$queryRaw<LockedJob[]>`
    SELECT id, status::text AS status, attempt, cancel_requested_at IS NOT NULL AS "cancelRequested",
      control_requested AS control
    FROM jobs WHERE id = ${id} FOR UPDATE`;
  return rows[0] ?? null;
}

/** Locks the job's row for the worker that holds it; throws `StaleAttemptError` for any other. */
export async function lockHeldJob(tx: Prisma.TransactionClient, fence: Fence): Promise<LockedJob> {
  const job = await lockJob(tx, fence.id);
  if (!job || job.attempt !== fence.attempt || !HELD.includes(job.status)) throw new StaleAttemptError(fence);
  return job;
}

/** Appends an event, and the message of a webhook about it. The update allocates `seq` under the row's lock. */
export async function appendEvent(
  tx: Prisma.TransactionClient,
  jobId: string,
  type: EventType,
  data: Record<string, unknown>,
): Promise<number> {
  const id = newId('event');
  const [event] = await tx.$queryRaw<{ seq: number; createdAt: Date; hasWebhook: boolean }[]>`
    WITH numbered AS (
      UPDATE jobs SET event_seq = event_seq + 1 WHERE id = ${jobId} RETURNING event_seq AS seq
    ), made AS (
      INSERT INTO job_events (id, job_id, seq, type, data, created_at)
      SELECT ${id}, ${jobId}, seq, ${type}, ${JSON.stringify(data)}::jsonb, clock_timestamp() FROM numbered
      RETURNING seq, created_at
    )
    SELECT seq, created_at AS "createdAt", EXISTS (SELECT FROM webhooks WHERE job_id = ${jobId}) AS "hasWebhook"
    FROM made`;
  if (!event) throw notFound('job', jobId);
  const { seq, createdAt, hasWebhook } = event;
  if (hasWebhook) await announceEvent(tx, jobId, { id, type, data, createdAt });
  return seq;
}

/** Enters a status into the timeline, the events and the log. A phase has the `seq` of its event. */
export async function appendStatus(
  tx: Prisma.TransactionClient,
  jobId: string,
  status: JobStatus,
  details: { reason?: string | null; attempt: number; [name: string]: unknown },
): Promise<void> {
  const reason = details.reason ?? null;
  const seq = await appendEvent(tx, jobId, 'status', { status, ...details, reason });
  await tx.jobPhase.create({ data: { jobId, seq, status, reason } });
  await appendLogLines(tx, jobId, details.attempt, [statusLine(status, reason)]);
}

export interface StatusChange {
  reason?: string | null;
  /** Columns that change together with the status. */
  data?: Prisma.JobUpdateInput;
  /** More fields of the `status` event. */
  event?: Record<string, unknown>;
}

/** Moves a locked job along the table of states. Throws `conflict` where the table has no such change. */
export async function moveJob(
  tx: Prisma.TransactionClient,
  job: LockedJob,
  to: JobStatus,
  change: StatusChange = {},
): Promise<void> {
  checkTransition(job.status, to);
  const data: Prisma.JobUpdateInput = { ...change.data, status: to };
  if (isEnded(to)) data.endedAt = new Date();
  const isWaiting = to === 'queued' || to === 'paused';
  if (isEnded(to) || isWaiting) data.leaseExpiresAt = null;
  if (isEnded(to) || to === 'paused') data.controlRequested = null;
  if (isWaiting) data.workerId = null;
  const { attempt } = await tx.job.update({ where: { id: job.id }, data, select: { attempt: true } });
  await appendStatus(tx, job.id, to, { ...change.event, reason: change.reason, attempt });
}
