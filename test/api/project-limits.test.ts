import { beforeAll, describe, expect, it } from 'vitest';
import { createJob, heldJob, readyDataset, TRAITS } from '../db/rows.js';
import { SMALL_NET } from './networks.js';
import { expectPointers, expectProblem } from './problem.js';
import { createTestApi, type TestApi } from './setup.js';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});

const patch = (who: 'operator' | 'member' | 'stranger', id: string, body: object) =>
  api[who].patch(`/v1/projects/${id}`, body);

describe('PATCH /v1/projects/{id}', () => {
  it('200: sets the limit, and takes it away', async () => {
    const { projectId } = api.stranger;
    const { body: before } = await api.operator.get('/v1/projects').expect(200);
    expect(before.data.map((each: { max_running_jobs: unknown }) => each.max_running_jobs)).toEqual([null, null]);
    const { body } = await patch('operator', projectId, { max_running_jobs: 3 }).expect(200);
    expect(body).toEqual({ ...before.data[0], max_running_jobs: 3 });
    const { body: after } = await api.operator.get('/v1/projects').expect(200);
    expect(after.data).toEqual([body, before.data[1]]);
    expect((await patch('operator', projectId, { max_running_jobs: null }).expect(200)).body).toEqual(before.data[0]);
  });

  it('403 for a member and its own project, 404 for another one', async () => {
    expectProblem(await patch('member', api.member.projectId, { max_running_jobs: 1 }), 'forbidden');
    expectProblem(await patch('member', api.stranger.projectId, { max_running_jobs: 1 }), 'not_found');
  });

  it('404 for a project that does not exist', async () => {
    expectProblem(await patch('operator', 'prj_01kabcdefghjkmnpqrstvwxyz0', { max_running_jobs: 1 }), 'not_found');
  });

  it.each([0, -1, 1.5, '2', 100_001])('422 for %j', async (max_running_jobs) => {
    const answer = await patch('operator', api.stranger.projectId, { max_running_jobs });
    expectPointers(answer, 'invalid_request', ['/max_running_jobs']);
  });

  it('422 for nothing and for another field', async () => {
    const pointers = ['/max_running_jobs', '/name'];
    expectPointers(await patch('operator', api.stranger.projectId, { name: 'x' }), 'invalid_request', pointers);
  });
});

describe('a job in the queue', () => {
  it('says that it waits for another one of its project', async () => {
    const { db, member } = api;
    await patch('operator', member.projectId, { max_running_jobs: 1 }).expect(200);
    const devices = [{ device: 'cpu' as const, available: true, reason: null }];
    const workerId = await db.workers.register({ host: 'box', pid: 1, devices, traits: TRAITS });
    const held = await heldJob(db, member.projectId);
    const { id: datasetId } = await readyDataset(db, member.projectId);
    const { id } = await createJob(db, member.projectId, datasetId);
    const { body: waiting } = await member.get(`/v1/jobs/${id}`).expect(200);
    expect(waiting).toMatchObject({ queue_position: 1, waiting_for: 'project_limit', expected_start_at: null });
    await db.jobs.cancel(member.projectId, held.id);
    await db.jobs.markCancelled(held);
    const { body: next } = await member.get(`/v1/jobs/${id}`).expect(200);
    expect(next).toMatchObject({ queue_position: 1, waiting_for: 'worker', exact: true });
    expect(Math.abs(Date.parse(next.expected_start_at) - Date.now())).toBeLessThan(5000);
    await member.post(`/v1/jobs/${id}/cancel`).expect(202);
    expect((await member.get(`/v1/jobs/${id}`).expect(200)).body.waiting_for).toBeNull();

    const { body: workers } = await api.operator.get('/v1/workers').expect(200);
    const traits = { cpu: TRAITS.cpu, onnxruntime_version: TRAITS.onnxruntimeVersion };
    expect(workers.data).toMatchObject([{ id: workerId, ...traits }]);
    const { body: shown } = await member.get('/v1/workers').expect(200);
    expect(shown.data[0]).not.toHaveProperty('cpu');
  });
});

describe('priority of POST /v1/jobs', () => {
  it('202 from -100 to 100, 0 where it is left out; 422 beyond', async () => {
    const { db, member } = api;
    const { id: dataset_id } = await readyDataset(db, member.projectId);
    const body = { dataset_id, model: SMALL_NET, training: { batch_size: 4 } };
    const positions = new Map<number, number>();
    for (const priority of [undefined, -100, 100]) {
      const { body: job } = await member.post('/v1/jobs', { ...body, priority }).expect(202);
      expect(job.priority).toBe(priority ?? 0);
    }
    const { body: list } = await member.get('/v1/jobs?status=queued').expect(200);
    for (const job of list.data) positions.set(job.priority, job.queue_position);
    expect(positions).toEqual(
      new Map([
        [100, 1],
        [-100, 3],
        [0, 2],
      ]),
    );
    for (const priority of [-101, 101, 0.5, '1']) {
      expectPointers(await member.post('/v1/jobs', { ...body, priority }), 'invalid_request', ['/priority']);
    }
  });
});
