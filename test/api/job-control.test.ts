import { beforeAll, describe, expect, it } from 'vitest';
import { heldJob, queuedJob, RESULT, WORKER } from '../db/rows.js';
import { expectProblem } from './problem.js';
import { createTestApi, type TestApi } from './setup.js';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});

const ask = (id: string, what: 'pause' | 'resume' | 'stop' | 'cancel') => api.member.post(`/v1/jobs/${id}/${what}`);

describe('POST /v1/jobs/{id}/pause and /resume', () => {
  it('202 for a queued job, which no worker takes until it is resumed', async () => {
    const { id } = await queuedJob(api.db, api.member.projectId);
    expect((await ask(id, 'pause').expect(202)).body.status).toBe('paused');
    expect((await ask(id, 'pause').expect(202)).body.phases).toHaveLength(2);
    expect(await api.db.jobs.claim(id, WORKER)).toBeNull();
    const { body } = await ask(id, 'resume').expect(202);
    expect(body.status).toBe('queued');
    expect(body.phases.map(({ reason }: { reason: string }) => reason)).toEqual([
      null,
      'Paused by request',
      'Resumed by request',
    ]);
    expectProblem(await ask(id, 'resume'), 'conflict');
  });

  it('202 for a running job, whose worker is told so when it renews its lease', async () => {
    const fence = await heldJob(api.db, api.member.projectId);
    expect((await ask(fence.id, 'pause').expect(202)).body.status).toBe('running');
    expect(await api.db.jobs.renewLease(fence, 1000)).toEqual({ cancelRequested: false, control: 'pause' });
    expectProblem(await ask(fence.id, 'stop'), 'conflict');
    await api.db.jobs.fail(fence, { code: 'worker_lost', message: 'Gone.' });
    const { body } = await api.member.get(`/v1/jobs/${fence.id}`);
    expect(body).toMatchObject({ status: 'paused', worker: null });
    expect(body.phases.at(-1).reason).toBe('Paused by request. Gone.');
    expect((await ask(fence.id, 'cancel').expect(202)).body.status).toBe('cancelled');
  });

  it('409 for a job that has ended', async () => {
    const fence = await heldJob(api.db, api.member.projectId);
    await api.db.jobs.finish(fence, RESULT);
    for (const what of ['pause', 'resume', 'stop'] as const) expectProblem(await ask(fence.id, what), 'conflict');
  });
});

describe('POST /v1/jobs/{id}/stop', () => {
  it('202 for a running job, also for the worker that takes over from a lost one', async () => {
    const fence = await heldJob(api.db, api.member.projectId);
    await ask(fence.id, 'stop').expect(202);
    await ask(fence.id, 'stop').expect(202);
    await api.db.jobs.release(fence, 'The worker was stopped');
    const next = await api.db.jobs.claim(fence.id, WORKER);
    expect(await api.db.jobs.renewLease(next!, 1000)).toEqual({ cancelRequested: false, control: 'stop' });
  });

  it('409 for a queued job, which has nothing to keep, and for one about to be cancelled', async () => {
    const { id } = await queuedJob(api.db, api.member.projectId);
    expectProblem(await ask(id, 'stop'), 'conflict');
    const fence = await heldJob(api.db, api.member.projectId);
    await ask(fence.id, 'cancel').expect(202);
    expectProblem(await ask(fence.id, 'stop'), 'conflict');
  });

  it('404 for a job of another project', async () => {
    const { id } = await heldJob(api.db, api.member.projectId);
    expectProblem(await api.stranger.post(`/v1/jobs/${id}/stop`), 'not_found');
  });
});
