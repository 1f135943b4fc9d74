/** How a worker reports on the job that it has taken, and ends it. Every write carries the attempt of its claim. */
import type { Device, ErrorRecord, JobResult, JobStatus } from '@trainyard/contracts';
import type { PrismaClient } from '../client.js';
import type { Fence } from '../errors.js';
import { forecastOutcome } from '../forecast-outcome.js';
import { appendEvent, lockHeldJob, lockJob, moveJob, type StatusChange } from '../job-journal.js';
import { type Requests, renewLease } from '../job-lease.js';
import { endAttempt, putBack } from '../job-retries.js';
import { HELD } from '../job-states.js';
import { toJson, toNullableJson } from '../json.js';

export function jobLifecycle(client: PrismaClient) {
  function move(fence: Fence, to: JobStatus, change: StatusChange = {}): Promise<void> {
    return client.$transaction(async (tx) => moveJob(tx, await lockHeldJob(tx, fence), to, change));
  }

  return {
    /** Heartbeat: holds the job for another `leaseMs`, and says what was asked for meanwhile. */
    renewLease(fence: Fence, leaseMs: number): Promise<Requests> {
      return renewLease(client, fence, leaseMs);
    },

    /** `preparing` to `running`. */
    start(fence: Fence, reason: string | null = null): Promise<void> {
      return move(fence, 'running', { reason, data: { startedAt: new Date() } });
    },

    /**
     * `running` to `succeeded`; where something was forecast, what it was in the end is noted.
     *
     * @param peakMemory the most bytes that the trainer has held; null where it did not say
     */
    finish(fence: Fence, result: JobResult, peakMemory: number | null = null): Promise<void> {
      return client.$transaction(async (tx) => {
        const job = await lockHeldJob(tx, fence);
        const outcome = await forecastOutcome(tx, fence.id, result, peakMemory);
        const data = { result: toJson(result), forecastOutcome: toNullableJson(outcome) };
        await moveJob(tx, job, 'succeeded', { data });
      });
    },

    /**
     * Ends an attempt with an error. The job is `failed`; only where the error may pass, and it has not come too often
     * since the newest checkpoint, is the job queued again, to be taken after a pause.
     */
    fail(fence: Fence, error: ErrorRecord): Promise<void> {
      return client.$transaction(async (tx) => endAttempt(tx, await lockHeldJob(tx, fence), error));
    },

    /** Ends a job whose cancellation was asked for. */
    markCancelled(fence: Fence, reason = 'Cancelled by request'): Promise<void> {
      return move(fence, 'cancelled', { reason });
    },

    /** Ends the attempt at a job that was to be paused; no worker takes it until it is resumed. */
    markPaused(fence: Fence): Promise<void> {
      return move(fence, 'paused', { reason: 'Paused by request' });
    },

    /** Gives a job back, for example when the worker is told to stop; another worker takes it. */
    release(fence: Fence, reason: string): Promise<void> {
      return client.$transaction(async (tx) => putBack(tx, await lockHeldJob(tx, fence), reason));
    },

    setDevice(fence: Fence, device: { used: Device; reason: string }): Promise<void> {
      return client.$transaction(async (tx) => {
        await lockHeldJob(tx, fence);
        await tx.job.update({
          where: { id: fence.id },
          data: { deviceUsed: device.used, deviceReason: device.reason },
        });
        await appendEvent(tx, fence.id, 'device', { ...device });
      });
    },

    /** Fixes how the job is run. A plan from an earlier attempt stays; the answer is the plan that holds. */
    setPlan(fence: Fence, plan: unknown): Promise<unknown> {
      return client.$transaction(async (tx) => {
        await lockHeldJob(tx, fence);
        const { plan: earlier } = await tx.job.findUniqueOrThrow({ where: { id: fence.id }, select: { plan: true } });
        if (earlier !== null) return earlier;
        await tx.job.update({ where: { id: fence.id }, data: { plan: toJson(plan) } });
        return plan;
      });
    },

    /**
     * Puts the jobs back into the queue whose worker has let its lease run out. One that was to be cancelled ends so,
     * one that has lost too many workers without getting on fails. Answers their ids.
     */
    async requeueExpired(): Promise<string[]> {
      const expired = await client.$queryRaw<Fence[]>`
        SELECT id, attempt FROM jobs
        WHERE status IN ('preparing', 'running') AND lease_expires_at < clock_timestamp()`;
      const done: string[] = [];
      for (const fence of expired) if (await giveUpOn(client, fence)) done.push(fence.id);
      return done;
    },
  };
}

/** Takes a job away from a lost worker. False when that worker, or another reconciler, was quicker. */
function giveUpOn(client: PrismaClient, fence: Fence): Promise<boolean> {
  return client.$transaction(async (tx) => {
    const job = await lockJob(tx, fence.id);
    if (!job || job.attempt !== fence.attempt || !HELD.includes(job.status)) return false;
    const [late] = await tx.$queryRaw<{ late: boolean }[]>`
      SELECT lease_expires_at < clock_timestamp() AS late FROM jobs WHERE id = ${fence.id}`;
    if (!late?.late) return false;
    if (job.cancelRequested) {
      await moveJob(tx, job, 'cancelled', { reason: 'Cancelled by request, after its worker went away' });
    } else {
      await endAttempt(tx, job, { code: 'worker_lost', message: 'The worker went away.' });
    }
    return true;
  });
}
