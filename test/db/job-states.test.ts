import type { JobStatus } from '@trainyard/contracts';
import { JOB_STATUSES } from '@trainyard/contracts';
import { JOB_TRANSITIONS, StaleAttemptError } from '@trainyard/db';
import { describe, expect, it } from 'vitest';
import { checkpointAt, ERROR, heldJob, openTestDatabase, queuedJob, RESULT, WORKER } from './rows.js';

const { db, projectId } = await openTestDatabase();

async function statusOf(id: string): Promise<JobStatus> {
  return (await db.jobs.get(projectId, id)).status;
}

async function eventsOf(id: string) {
  return (await db.events.list(projectId, id, { limit: 100 })).data;
}

describe('the table of states', () => {
  type Fence = Awaited<ReturnType<typeof heldJob>>;
  const moves: Partial<Record<JobStatus, (fence: Fence) => Promise<unknown>>> = {
    preparing: async ({ id }) => {
      if ((await db.jobs.claim(id, WORKER)) === null) throw new Error('not claimed');
    },
    running: (fence) => db.jobs.start(fence),
    queued: async (fence) => {
      if ((await statusOf(fence.id)) === 'paused') await db.jobs.resume(projectId, fence.id);
      else await db.jobs.release(fence, 'given back');
    },
    paused: async (fence) => {
      if ((await statusOf(fence.id)) === 'queued') await db.jobs.pause(projectId, fence.id);
      else await db.jobs.markPaused(fence);
    },
    succeeded: (fence) => db.jobs.finish(fence, RESULT),
    failed: (fence) => db.jobs.fail(fence, ERROR),
    cancelled: async (fence) => {
      const job = await db.jobs.get(projectId, fence.id);
      if (job.status === 'queued' || job.status === 'paused') await db.jobs.cancel(projectId, fence.id);
      else await db.jobs.markCancelled(fence);
    },
  };
  const paths: Partial<Record<JobStatus, JobStatus[]>> = {
    queued: [],
    preparing: ['preparing'],
    running: ['preparing', 'running'],
    succeeded: ['preparing', 'running', 'succeeded'],
    failed: ['preparing', 'failed'],
    cancelled: ['cancelled'],
    paused: ['paused'],
  };

  async function jobIn(status: JobStatus): Promise<Fence> {
    const { id } = await queuedJob(db, projectId);
    const fence = { id, attempt: 1 };
    for (const step of paths[status] ?? []) await moves[step]?.(fence);
    expect(await statusOf(id)).toBe(status);
    return fence;
  }

  const pairs = JOB_STATUSES.filter((from) => paths[from]).flatMap((from) =>
    JOB_STATUSES.filter((to) => moves[to]).map((to) => [from, to] as const),
  );
  const allowed = pairs.filter(([from, to]) => JOB_TRANSITIONS[from].includes(to));
  const refused = pairs.filter(([from, to]) => !JOB_TRANSITIONS[from].includes(to));

  it.each(allowed)('lets a job go from %s to %s', async (from, to) => {
    const fence = await jobIn(from);
    await moves[to]?.(fence);
    expect(await statusOf(fence.id)).toBe(to);
  });

  it.each(refused)('refuses to take a job from %s to %s, and writes nothing', async (from, to) => {
    const fence = await jobIn(from);
    const before = await eventsOf(fence.id);
    await expect(moves[to]?.(fence)).rejects.toThrow();
    expect(await statusOf(fence.id)).toBe(from);
    expect(await eventsOf(fence.id)).toEqual(before);
  });

  it('lets nothing out of a state in which a job has ended', () => {
    for (const ended of ['succeeded', 'failed', 'cancelled'] as const) expect(JOB_TRANSITIONS[ended]).toEqual([]);
  });
});

describe('a stale attempt', () => {
  it('is refused by every write', async () => {
    const stale = await heldJob(db, projectId);
    await db.jobs.release(stale, 'given back');
    await db.jobs.claim(stale.id, WORKER);
    await db.jobs.start({ id: stale.id, attempt: 2 });
    const before = [await db.jobs.get(projectId, stale.id), await eventsOf(stale.id)];

    const step = { step: 1, epoch: 1, loss: 1, learning_rate: 0.1 };
    const epoch = { ...step, train: { loss: 1 }, validation: null, images_per_s: 1, duration_s: 1 };
    const progress = { epoch: 1, epochs: 1, step: 1, steps: 1, fraction: 1, eta_s: 0, images_per_s: 1 };
    const writes: Record<string, () => Promise<unknown>> = {
      renewLease: () => db.jobs.renewLease(stale, 1000),
      start: () => db.jobs.start(stale),
      finish: () => db.jobs.finish(stale, RESULT),
      fail: () => db.jobs.fail(stale, ERROR),
      markCancelled: () => db.jobs.markCancelled(stale),
      release: () => db.jobs.release(stale, 'late'),
      setDevice: () => db.jobs.setDevice(stale, { used: 'cpu', reason: 'late' }),
      setPlan: () => db.jobs.setPlan(stale, { late: true }),
      setProgress: () => db.metrics.recordSteps(stale, [], progress),
      recordSteps: () => db.metrics.recordSteps(stale, [step]),
      recordEpoch: () => db.metrics.recordEpoch(stale, epoch),
      recordCheckpoint: () => db.checkpoints.record(stale, checkpointAt(1, true)),
      pruneCheckpoints: () => db.checkpoints.prune(stale, 1),
    };
    for (const [name, write] of Object.entries(writes)) {
      await expect(write(), name).rejects.toBeInstanceOf(StaleAttemptError);
    }
    expect([await db.jobs.get(projectId, stale.id), await eventsOf(stale.id)]).toEqual(before);
    expect((await db.metrics.list(projectId, stale.id, { resolution: 'step' })).data).toEqual([]);
    expect((await db.checkpoints.list(projectId, stale.id)).data).toEqual([]);
  });

  it('includes the last attempt once the job has ended', async () => {
    const fence = await heldJob(db, projectId);
    await db.jobs.finish(fence, RESULT);
    await expect(db.jobs.renewLease(fence, 1000)).rejects.toMatchObject({ code: 'stale_attempt' });
    await expect(db.jobs.fail(fence, ERROR)).rejects.toBeInstanceOf(StaleAttemptError);
  });
});
