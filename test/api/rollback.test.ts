import { beforeAll, describe, expect, it } from 'vitest';
import { checkpointAt, heldJob } from '../db/rows.js';
import { createTestApi, type TestApi } from './setup.js';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});

const ROLLBACK = { at_step: 27, to_step: 10, epoch: 1, rate_factor: 0.5, reason: 'The loss is no longer a number' };

const PROGRESS = { epoch: 2, epochs: 4, step: 13, steps: 40, fraction: 0.325, eta_s: 12.5, images_per_s: 80 };

describe('a job that went back', () => {
  it('says where, in itself and in its events', async () => {
    const fence = await heldJob(api.db, api.member.projectId);
    const path = `/v1/jobs/${fence.id}`;
    expect((await api.member.get(path).expect(200)).body.rollback).toBeNull();
    await api.db.checkpoints.record(fence, checkpointAt(1, true));
    await api.db.checkpoints.record(fence, checkpointAt(2, true));
    await api.db.checkpoints.rollBack(fence, ROLLBACK);
    const { body } = await api.member.get(path).expect(200);
    expect(body).toMatchObject({ rollback: ROLLBACK, best: { epoch: 1 } });
    const events = await api.member.get(`${path}/events?limit=100`).expect(200);
    expect(events.body.data.at(-1)).toMatchObject({ type: 'rollback', subject_id: fence.id, data: ROLLBACK });
    const checkpoints = await api.member.get(`${path}/checkpoints`).expect(200);
    expect(checkpoints.body.data.map(({ step }: { step: number }) => step)).toEqual([10]);
  });
});

describe('the forecast of a job', () => {
  it.each([{ eta_error_s: 3.5 }, { eta_error_s: null }, {}])('is shown as its worker told it: %j', async (more) => {
    const fence = await heldJob(api.db, api.member.projectId);
    await api.db.metrics.recordSteps(fence, [], { ...PROGRESS, ...more });
    const { body } = await api.member.get(`/v1/jobs/${fence.id}`).expect(200);
    expect(body.progress).toEqual({ ...PROGRESS, ...more });
  });
});
