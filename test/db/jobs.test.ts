import type { JobStatus } from '@trainyard/contracts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createJob,
  heldJob,
  openTestDatabase,
  queuedJob,
  RESULT,
  readyDataset,
  uploadedDataset,
  WORKER,
} from './rows.js';

const { db, url, projectId } = await openTestDatabase();
const sql = new pg.Client({ connectionString: url });
beforeAll(() => sql.connect());
afterAll(() => sql.end());

/** Locks the row of the project on a connection of its own; the answer ends that. */
async function lockFromOutside(): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('BEGIN');
  await client.query('SELECT 1 FROM projects WHERE id = $1 FOR NO KEY UPDATE', [projectId]);
  return () => client.end();
}

async function waitingForLocks(): Promise<number> {
  const { rows } = await sql.query(`SELECT count(*)::int AS waiting FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`);
  return rows[0].waiting;
}

async function statusOf(id: string): Promise<JobStatus> {
  return (await db.jobs.get(projectId, id)).status;
}

async function eventsOf(id: string) {
  return (await db.events.list(projectId, id, { limit: 100 })).data;
}

describe('a new job', () => {
  it('is queued with its first phase, its event and its entry in the outbox', async () => {
    const job = await queuedJob(db, projectId);
    expect(job).toMatchObject({ object: 'job', status: 'queued', attempt: 0, worker: null, started_at: null });
    expect(job.phases).toEqual([{ status: 'queued', started_at: expect.any(String), reason: null }]);
    const events = await eventsOf(job.id);
    expect(events).toMatchObject([{ type: 'status', subject_id: job.id, data: { status: 'queued' } }]);
    const entries = (await db.outbox.pending(1000)).filter((entry) => entry.subjectId === job.id);
    expect(entries).toMatchObject([{ queue: 'training', payload: { job_id: job.id } }]);
  });

  it('is refused for a data set that is not ready, and leaves nothing', async () => {
    const dataset = await uploadedDataset(db, projectId);
    await expect(createJob(db, projectId, dataset.id)).rejects.toMatchObject({ code: 'dataset_not_ready' });
    const { rows } = await sql.query('SELECT 1 FROM jobs WHERE dataset_id = $1', [dataset.id]);
    expect(rows).toEqual([]);
  });

  it('leaves no entry in the outbox when its transaction fails at the end', async () => {
    const dataset = await readyDataset(db, projectId);
    const count = async () => Number((await sql.query('SELECT count(*) FROM outbox')).rows[0].count);
    const before = await count();
    await sql.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
      CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON jobs DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION refuse()`);
    try {
      await expect(createJob(db, projectId, dataset.id)).rejects.toThrow();
    } finally {
      await sql.query('DROP TRIGGER refuse ON jobs; DROP FUNCTION refuse');
    }
    expect(await count()).toBe(before);
    await createJob(db, projectId, dataset.id);
    expect(await count()).toBe(before + 1);
  });
});

describe('the life of a job', () => {
  it('goes from queued over preparing and running to succeeded, each with a phase and an event', async () => {
    const fence = await heldJob(db, projectId);
    await db.jobs.setDevice(fence, { used: 'cpu', reason: 'No CUDA device was found.' });
    await db.jobs.finish(fence, RESULT);
    const job = await db.jobs.get(projectId, fence.id);
    expect(job).toMatchObject({ status: 'succeeded', attempt: 1, result: RESULT, worker: WORKER.workerId });
    expect(job.device).toEqual({ requested: 'auto', used: 'cpu', reason: 'No CUDA device was found.' });
    expect(job.phases.map((phase) => phase.status)).toEqual(['queued', 'preparing', 'running', 'succeeded']);
    expect(job.started_at).not.toBeNull();
    expect(job.ended_at).not.toBeNull();
    const events = await eventsOf(fence.id);
    expect(events.map((event) => event.type)).toEqual(['status', 'status', 'status', 'device', 'status']);
  });

  it('is claimed by one of ten workers that try at once', async () => {
    const { id } = await queuedJob(db, projectId);
    // The first waits for the row of the project, the others for the first, so that they really meet.
    const release = await lockFromOutside();
    const claiming = Promise.all(
      Array.from({ length: 10 }, (_, i) => db.jobs.claim(id, { ...WORKER, workerId: `wrk_${i}` })),
    );
    await expect.poll(waitingForLocks, { timeout: 20_000 }).toBeGreaterThan(4).finally(release);
    const claims = await claiming;
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
    expect((await db.jobs.get(projectId, id)).attempt).toBe(1);
  });

  it('is left alone by a worker without the device that it asks for', async () => {
    const job = await queuedJob(db, projectId, { device: 'cuda' });
    expect(await db.jobs.claim(job.id, WORKER)).toBeNull();
    expect(await statusOf(job.id)).toBe('queued');
    expect(await db.jobs.claim(job.id, { ...WORKER, devices: ['cpu', 'cuda'] })).toMatchObject({
      deviceRequested: 'cuda',
    });
  });

  it('remembers how long earlier attempts trained', async () => {
    const fence = await heldJob(db, projectId);
    const progress = { epoch: 1, epochs: 2, step: 3, steps: 6, fraction: 0.5, eta_s: null, images_per_s: null };
    await db.metrics.recordSteps(fence, [], { ...progress, elapsed_s: 12.5 });
    await db.jobs.release(fence, 'The worker was stopped');
    expect(await db.jobs.claim(fence.id, WORKER)).toMatchObject({ attempt: 2, elapsedSeconds: 12.5 });
  });

  it('gives its worker all that training takes', async () => {
    const { id } = await queuedJob(db, projectId);
    expect(await db.jobs.claim(id, WORKER)).toMatchObject({
      id,
      attempt: 1,
      projectId,
      plan: null,
      elapsedSeconds: 0,
      training: { epochs: 10, batch_size: 32 },
      dataset: {
        classes: ['cat', 'dog'],
        image: { width: 8, height: 8, channels: 1 },
        fit: 'cover',
        stats: { mean: [0.5] },
      },
    });
  });

  it('keeps the plan of its first start', async () => {
    const fence = await heldJob(db, projectId);
    expect(await db.jobs.setPlan(fence, { threads: 2 })).toEqual({ threads: 2 });
    await db.jobs.release(fence, 'The worker stops');
    const again = await db.jobs.claim(fence.id, WORKER);
    expect(again).toMatchObject({ attempt: 2, plan: { threads: 2 } });
    expect(await db.jobs.setPlan({ id: fence.id, attempt: 2 }, { threads: 8 })).toEqual({ threads: 2 });
  });
});

describe('cancelling', () => {
  it('ends a queued job at once, and its entry in the queue leads to nothing', async () => {
    const { id } = await queuedJob(db, projectId);
    expect(await db.jobs.cancel(projectId, id)).toMatchObject({ status: 'cancelled', ended_at: expect.any(String) });
    expect(await db.jobs.claim(id, WORKER)).toBeNull();
  });

  it('tells the worker of a running job at its next heartbeat', async () => {
    const fence = await heldJob(db, projectId);
    expect(await db.jobs.renewLease(fence, 1000)).toEqual({ cancelRequested: false, control: null });
    expect(await db.jobs.cancel(projectId, fence.id)).toMatchObject({ status: 'running' });
    await db.jobs.cancel(projectId, fence.id);
    expect(await db.jobs.renewLease(fence, 1000)).toEqual({ cancelRequested: true, control: null });
    await db.jobs.markCancelled(fence);
    expect(await statusOf(fence.id)).toBe('cancelled');
  });

  it('is a conflict for a job that has ended', async () => {
    const { id } = await queuedJob(db, projectId);
    await db.jobs.cancel(projectId, id);
    await expect(db.jobs.cancel(projectId, id)).rejects.toMatchObject({ code: 'conflict' });
  });
});
