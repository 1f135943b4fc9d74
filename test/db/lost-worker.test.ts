import type { JobStatus } from '@trainyard/contracts';
import { ATTEMPTS_MAX, FAILURES_MAX, StaleAttemptError } from '@trainyard/db';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { heldJob, openTestDatabase, queuedJob, uploadedDataset, WORKER } from './rows.js';

const { db, url, projectId } = await openTestDatabase();
const sql = new pg.Client({ connectionString: url });
beforeAll(() => sql.connect());
afterAll(() => sql.end());

async function expireLease(table: 'jobs' | 'datasets', id: string): Promise<void> {
  await sql.query(`UPDATE ${table} SET lease_expires_at = now() - interval '1 s' WHERE id = $1`, [id]);
}

/** As if the pause after a failure were over. */
async function endPause(id: string): Promise<void> {
  await sql.query("UPDATE jobs SET not_before = now() - interval '1 s' WHERE id = $1", [id]);
  await sql.query("UPDATE outbox SET not_before = now() - interval '1 s' WHERE subject_id = $1", [id]);
}

async function statusOf(id: string): Promise<JobStatus> {
  return (await db.jobs.get(projectId, id)).status;
}

describe('a job whose worker is lost', () => {
  it('loses its job to the queue again, with a reason, and to the next worker', async () => {
    const fence = await heldJob(db, projectId);
    await db.outbox.markDispatched((await db.outbox.pending(1000)).map((entry) => entry.id));
    await expireLease('jobs', fence.id);
    const reclaimed = await Promise.all([db.jobs.requeueExpired(), db.jobs.requeueExpired()]);
    expect(reclaimed.flat()).toEqual([fence.id]);
    const job = await db.jobs.get(projectId, fence.id);
    expect(job).toMatchObject({ status: 'queued', worker: null });
    expect(job.phases.at(-1)).toMatchObject({ status: 'queued', reason: 'The worker went away.' });
    expect(await db.jobs.claim(fence.id, WORKER)).toBeNull();
    await endPause(fence.id);
    expect((await db.outbox.pending(1000)).filter((entry) => entry.subjectId === fence.id)).toHaveLength(1);
    await expect(db.jobs.renewLease(fence, 1000)).rejects.toBeInstanceOf(StaleAttemptError);
    expect(await db.jobs.claim(fence.id, WORKER)).toMatchObject({ attempt: 2 });
  });

  it('keeps its job as long as it renews the lease', async () => {
    const fence = await heldJob(db, projectId);
    await expireLease('jobs', fence.id);
    await db.jobs.renewLease(fence, 60_000);
    expect(await db.jobs.requeueExpired()).not.toContain(fence.id);
    expect(await statusOf(fence.id)).toBe('running');
  });

  it('ends a job whose cancellation was asked for', async () => {
    const fence = await heldJob(db, projectId);
    await db.jobs.cancel(projectId, fence.id);
    await expireLease('jobs', fence.id);
    await db.jobs.requeueExpired();
    expect(await statusOf(fence.id)).toBe('cancelled');
  });

  it('fails a job that has lost too many workers without getting on', async () => {
    const { id } = await queuedJob(db, projectId);
    for (let attempt = 1; attempt <= FAILURES_MAX; attempt++) {
      await endPause(id);
      expect(await db.jobs.claim(id, WORKER)).toMatchObject({ attempt });
      await expireLease('jobs', id);
      await db.jobs.requeueExpired();
    }
    expect(await db.jobs.get(projectId, id)).toMatchObject({ status: 'failed', error: { code: 'worker_lost' } });
  });
});

describe('a data set whose worker is lost', () => {
  it('goes to the next worker, and the lost one is refused', async () => {
    const { id } = await uploadedDataset(db, projectId);
    const lost = await db.datasets.claim(id, WORKER);
    expect(await db.datasets.claim(id, { ...WORKER, workerId: 'wrk_other' })).toBeNull();
    await expireLease('datasets', id);
    const reclaimed = await Promise.all([db.datasets.requeueExpired(), db.datasets.requeueExpired()]);
    expect(reclaimed.flat()).toEqual([id]);
    expect((await db.outbox.pending(1000)).filter((entry) => entry.subjectId === id)).toHaveLength(2);
    await expect(db.datasets.renewLease(lost!, 1000)).rejects.toBeInstanceOf(StaleAttemptError);
    expect(await db.datasets.claim(id, WORKER)).toMatchObject({ attempt: 2 });
  });

  it('can be taken directly once the lease ran out', async () => {
    const { id } = await uploadedDataset(db, projectId);
    const lost = await db.datasets.claim(id, WORKER);
    await expireLease('datasets', id);
    expect(await db.datasets.claim(id, { ...WORKER, workerId: 'wrk_other' })).toMatchObject({ attempt: 2 });
    await expect(db.datasets.setProgress(lost!, { fraction: 1, images: 1, images_total: 1 })).rejects.toThrow();
  });

  it('fails once it has lost too many workers', async () => {
    const { id } = await uploadedDataset(db, projectId);
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      expect(await db.datasets.claim(id, WORKER)).toMatchObject({ attempt });
      await expireLease('datasets', id);
      await db.datasets.requeueExpired();
    }
    expect(await db.datasets.get(projectId, id)).toMatchObject({ status: 'failed', error: { code: 'worker_lost' } });
  });
});
