import type { WorkerDevice } from '@trainyard/db';
import { beforeAll, describe, expect, it } from 'vitest';
import { createJob, readyDataset, WORKER } from '../db/rows.js';
import { createTestApi, type TestApi } from './setup.js';

const CPU: WorkerDevice[] = [{ device: 'cpu', available: true, reason: null }];

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});

describe('a queued job and the workers', () => {
  it('show how many jobs are before it, when it may start, and who trains what', async () => {
    const { db, member, operator, stranger } = api;
    const { projectId } = member;
    const { id: datasetId } = await readyDataset(db, projectId);
    const create = (device?: 'cuda') => createJob(db, projectId, datasetId, device ? { device } : {});
    const running = await create();
    const second = await create();
    const third = await create();
    const onCuda = await create('cuda');
    const place = async (id: string) => {
      const { queue_position, expected_start_at } = (await member.get(`/v1/jobs/${id}`).expect(200)).body;
      return { queue_position, expected_start_at };
    };
    expect(await place(running.id)).toEqual({ queue_position: 1, expected_start_at: null });

    const workerId = await db.workers.register({ host: 'box', pid: 1, devices: CPU, jobSlots: 2 });
    const free = await place(running.id);
    expect(Math.abs(Date.parse(free.expected_start_at) - Date.now())).toBeLessThan(5000);
    const claim = await db.jobs.claim(running.id, { ...WORKER, workerId });
    if (!claim) throw new Error('the job could not be taken');
    await db.jobs.start(claim);
    expect(await place(running.id)).toEqual({ queue_position: null, expected_start_at: null });
    expect(await place(second.id)).toEqual({ queue_position: 1, expected_start_at: null });

    const progress = { epoch: 1, epochs: 2, step: 1, steps: 2, fraction: 0.5, images_per_s: 1 };
    await db.metrics.recordSteps(claim, [], { ...progress, eta_s: 600 });
    const next = await place(second.id);
    expect(next.queue_position).toBe(1);
    expect(Math.abs(Date.parse(next.expected_start_at) - Date.now() - 600_000)).toBeLessThan(5000);
    expect(await place(third.id)).toEqual({ queue_position: 2, expected_start_at: null });
    expect(await place(onCuda.id)).toEqual({ queue_position: 1, expected_start_at: null });
    const { body: list } = await member.get('/v1/jobs?status=queued').expect(200);
    expect(list.data.map((job: { queue_position: number }) => job.queue_position)).toEqual([1, 2, 1]);

    const workersOf = async (caller: typeof member) => (await caller.get('/v1/workers').expect(200)).body.data;
    const load = { jobs: 1, datasets: 0 };
    expect(await workersOf(operator)).toMatchObject([{ id: workerId, job_ids: [running.id], load }]);
    expect(await workersOf(member)).toMatchObject([{ job_ids: [running.id], load, job_slots: 2 }]);
    expect(await workersOf(stranger)).toMatchObject([{ job_ids: [], load }]);
  });
});
