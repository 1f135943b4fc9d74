import { exportKey } from '@trainyard/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkpointAt, ERROR, heldJob, RESULT } from '../db/rows.js';
import { expectProblem } from './problem.js';
import { createTestApi, type TestApi } from './setup.js';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});

/** A job that has succeeded, with the files of one checkpoint and what was exported from it. */
async function trainedJob() {
  const { db, store, member } = api;
  const fence = await heldJob(db, member.projectId);
  const storageKey = `checkpoints/${fence.id}/000000010-1.safetensors`;
  const { checkpoint } = await db.checkpoints.record(fence, { ...checkpointAt(1, true), storageKey });
  await db.jobs.finish(fence, RESULT);
  const files = [storageKey, exportKey(checkpoint.id, `sha256:${'ab'.repeat(32)}`)];
  for (const file of files) await store.write(file, new Uint8Array([1]));
  return { id: fence.id, checkpoint: checkpoint.id, files };
}

async function filesLeft(files: string[]): Promise<number> {
  return (await Promise.all(files.map((file) => api.store.stat(file)))).filter(Boolean).length;
}

describe('DELETE /v1/jobs/{id}', () => {
  it('204 for a job that has ended: rows and files are gone, those of another job stay', async () => {
    const job = await trainedJob();
    const other = await trainedJob();
    await api.member.delete(`/v1/jobs/${job.id}`).expect(204);
    for (const path of ['', '/events', '/metrics', '/checkpoints']) {
      expectProblem(await api.member.get(`/v1/jobs/${job.id}${path}`), 'not_found');
    }
    expectProblem(await api.member.get(`/v1/checkpoints/${job.checkpoint}`), 'not_found');
    expect(await filesLeft(job.files)).toBe(0);
    await api.member.get(`/v1/checkpoints/${other.checkpoint}`).expect(200);
    expect(await filesLeft(other.files)).toBe(2);
    expectProblem(await api.member.delete(`/v1/jobs/${job.id}`), 'not_found');
  });

  it('204 for one that failed without a checkpoint', async () => {
    const fence = await heldJob(api.db, api.member.projectId);
    await api.db.jobs.fail(fence, ERROR);
    await api.member.delete(`/v1/jobs/${fence.id}`).expect(204);
  });

  it('409 while it runs, and says to cancel it', async () => {
    const { id } = await heldJob(api.db, api.member.projectId);
    const answer = await api.member.delete(`/v1/jobs/${id}`);
    expectProblem(answer, 'conflict');
    expect(answer.body.detail).toContain(`/v1/jobs/${id}/cancel`);
    await api.member.get(`/v1/jobs/${id}`).expect(200);
  });

  it('409 while an endpoint serves one of its checkpoints, 204 after', async () => {
    const job = await trainedJob();
    await api.member.post('/v1/endpoints', { name: 'digits', checkpoint_id: job.checkpoint }).expect(201);
    const answer = await api.member.delete(`/v1/jobs/${job.id}`);
    expectProblem(answer, 'conflict');
    expect(answer.body.detail).toContain('"digits"');
    expect(await filesLeft(job.files)).toBe(2);
    await api.member.delete('/v1/endpoints/digits').expect(204);
    await api.member.delete(`/v1/jobs/${job.id}`).expect(204);
  });

  it('404 for a job of another project', async () => {
    const { id } = await trainedJob();
    expectProblem(await api.stranger.delete(`/v1/jobs/${id}`), 'not_found');
    await api.member.get(`/v1/jobs/${id}`).expect(200);
  });
});
