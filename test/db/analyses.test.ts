import { newId } from '@trainyard/contracts';
import type { AnalysisClaim, NewAnalysis } from '@trainyard/db';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { INGESTED, openTestDatabase, queuedJob, WORKER } from './rows.js';

const { db, url, projectId } = await openTestDatabase();

const asked = (more: Partial<NewAnalysis> = {}): NewAnalysis => {
  return { projectId, kind: 'evaluation', request: { checkpoint_id: newId('checkpoint'), split: 'test' }, ...more };
};

async function claimed(analysis: { id: string }): Promise<AnalysisClaim> {
  const claim = await db.analyses.claim(analysis.id, WORKER);
  if (claim) return claim;
  throw new Error('the analysis could not be taken');
}

async function letLeaseRunOut(id: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("UPDATE analyses SET lease_expires_at = now() - interval '1 hour' WHERE id = $1", [id]);
  await client.end();
}

describe('an analysis', () => {
  it('is one for equal requests, whatever the order of their fields, also at once', async () => {
    const request = { checkpoint_id: 'ckpt_1', split: 'test' };
    const [first, second, third] = await Promise.all([
      db.analyses.request(asked({ request })),
      db.analyses.request(asked({ request: { split: 'test', checkpoint_id: 'ckpt_1' } })),
      db.analyses.request(asked({ request: { ...request, split: 'train' } })),
    ]);
    expect(second.id).toBe(first.id);
    expect(third.id).not.toBe(first.id);
    expect(first.id).toMatch(/^eval_/);
    const announced = (await db.outbox.pending(1000)).filter(({ subjectId }) => subjectId === first.id);
    expect(announced).toMatchObject([{ queue: 'analysis', payload: { analysis_id: first.id } }]);
    const { projectId: other } = await db.projects.create({ name: 'other' }).then(({ id }) => ({ projectId: id }));
    expect((await db.analyses.request(asked({ request, projectId: other }))).id).not.toBe(first.id);
    await expect(db.analyses.get(other, first.id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is taken once, reports, and ends', async () => {
    const analysis = await db.analyses.request(asked());
    const claim = await claimed(analysis);
    expect(claim).toMatchObject({ id: analysis.id, attempt: 1, kind: 'evaluation', request: analysis.request });
    expect(await db.analyses.claim(analysis.id, WORKER)).toBeNull();
    await db.analyses.renewLease(claim, 60_000);
    await db.analyses.setProgress(claim, 0.5);
    expect(await db.analyses.get(projectId, analysis.id)).toMatchObject({ status: 'running', progress: 0.5 });
    await db.analyses.succeed(claim);
    const done = await db.analyses.get(projectId, analysis.id);
    expect(done).toMatchObject({ status: 'succeeded', progress: 1, error: null });
    expect(done.endedAt).not.toBeNull();
    await expect(db.analyses.setProgress(claim, 0.7)).rejects.toMatchObject({ code: 'stale_attempt' });
  });

  it('that failed is not the answer to the next request', async () => {
    const request = asked();
    const analysis = await db.analyses.request(request);
    await db.analyses.fail(await claimed(analysis), { code: 'checkpoint_corrupt', message: 'no' });
    expect(await db.analyses.get(projectId, analysis.id)).toMatchObject({ error: { code: 'checkpoint_corrupt' } });
    expect((await db.analyses.request(request)).id).not.toBe(analysis.id);
  });

  it('whose worker is lost is queued again, and fails the third time', async () => {
    const analysis = await db.analyses.request(asked());
    const first = await claimed(analysis);
    expect(await db.analyses.requeueExpired()).toEqual([]);
    await letLeaseRunOut(analysis.id);
    expect(await db.analyses.requeueExpired()).toEqual([analysis.id]);
    const second = await claimed(analysis);
    expect(second.attempt).toBe(2);
    await expect(db.analyses.succeed(first)).rejects.toMatchObject({ code: 'stale_attempt' });
    await db.analyses.release(second);
    await claimed(analysis);
    await letLeaseRunOut(analysis.id);
    await db.analyses.requeueExpired();
    expect(await db.analyses.get(projectId, analysis.id)).toMatchObject({
      status: 'failed',
      error: { code: 'worker_lost' },
    });
  });

  it('goes with its job, which says so', async () => {
    const job = await queuedJob(db, projectId);
    const analysis = await db.analyses.request(asked({ jobId: job.id }));
    await db.jobs.cancel(projectId, job.id);
    expect(await db.jobs.remove(projectId, job.id)).toEqual({ checkpoints: [], analyses: [analysis.id] });
    await expect(db.analyses.get(projectId, analysis.id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is listed by what it is about, newest first', async () => {
    const about = { checkpointId: newId('checkpoint') };
    const older = await db.analyses.request(asked({ ...about, request: { split: 'train' } }));
    const newer = await db.analyses.request(asked({ ...about, request: { split: 'validation' } }));
    const { data } = await db.analyses.list(projectId, { kind: 'evaluation', ...about });
    expect(data.map(({ id }) => id)).toEqual([newer.id, older.id]);
  });
});

it('a data set is described with the digest of its manifest', async () => {
  const { dataset_id } = await queuedJob(db, projectId);
  expect((await db.datasets.content(projectId, dataset_id)).digest).toBe(INGESTED.digest);
});
