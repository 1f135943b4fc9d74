import type { EpochMetrics, StepMetrics } from '@trainyard/contracts';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { checkpointAt, heldJob, openTestDatabase, WORKER } from './rows.js';

const { db, url, projectId } = await openTestDatabase();

const stepRow = (step: number, loss = 1 / step): StepMetrics => ({
  step,
  epoch: 1,
  loss,
  accuracy: 0.5,
  learning_rate: 0.1,
});

const epochRow = (epoch: number, loss: number): EpochMetrics => ({
  epoch,
  step: epoch * 10,
  train: { loss, accuracy: 0.5 },
  validation: { loss: loss * 2, accuracy: 0.25 },
  learning_rate: 0.1,
  images_per_s: 100,
  duration_s: 2,
});

describe('events', () => {
  it('are numbered without a gap or a double under 50 writers at once', async () => {
    const fence = await heldJob(db, projectId);
    await Promise.all(Array.from({ length: 50 }, (_, i) => db.metrics.recordEpoch(fence, epochRow(i + 1, 1))));
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query('SELECT seq FROM job_events WHERE job_id = $1 ORDER BY seq', [fence.id]);
    await client.end();
    expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: 53 }, (_, i) => i + 1));
  });

  it('are paged oldest first by the id of the last one seen', async () => {
    const fence = await heldJob(db, projectId);
    for (let epoch = 1; epoch <= 4; epoch++) await db.metrics.recordEpoch(fence, epochRow(epoch, 1));
    const all = await db.events.list(projectId, fence.id, { limit: 100 });
    expect(all.data.map((event) => event.type)).toEqual([...Array(3).fill('status'), ...Array(4).fill('epoch')]);
    const first = await db.events.list(projectId, fence.id, { limit: 3 });
    expect(first).toMatchObject({ has_more: true, next_cursor: all.data[2]?.id });
    const rest = await db.events.list(projectId, fence.id, { limit: 100, after: first.next_cursor! });
    expect([...first.data, ...rest.data]).toEqual(all.data);
    expect(await db.events.list(projectId, fence.id, { after: all.data.at(-1)!.id })).toMatchObject({ data: [] });
  });

  it('refuse a cursor of another job', async () => {
    const [one, two] = [await heldJob(db, projectId), await heldJob(db, projectId)];
    const [event] = (await db.events.list(projectId, two.id)).data;
    const list = db.events.list(projectId, one.id, { after: event!.id });
    await expect(list).rejects.toMatchObject({ code: 'invalid_request', errors: [{ pointer: '/after' }] });
  });
});

describe('metrics', () => {
  it('replace the rows of the same step, and never double them', async () => {
    const fence = await heldJob(db, projectId);
    await db.metrics.recordSteps(fence, [stepRow(1), stepRow(2), stepRow(3)]);
    await db.metrics.recordSteps(fence, [stepRow(2, 0.25), stepRow(3, 0.125), stepRow(4, 0.1)]);
    const { data } = await db.metrics.list(projectId, fence.id, { resolution: 'step', limit: 100 });
    expect(data).toEqual([stepRow(1), stepRow(2, 0.25), stepRow(3, 0.125), stepRow(4, 0.1)]);

    await db.metrics.recordEpoch(fence, epochRow(1, 0.9));
    await db.metrics.recordEpoch(fence, epochRow(1, 0.8));
    const epochs = await db.metrics.list(projectId, fence.id, { resolution: 'epoch' });
    expect(epochs.data).toEqual([epochRow(1, 0.8)]);
  });

  it('keep the last of two rows for one step in one write', async () => {
    const fence = await heldJob(db, projectId);
    await db.metrics.recordSteps(fence, [stepRow(1, 3), stepRow(1, 2)]);
    expect((await db.metrics.list(projectId, fence.id, { resolution: 'step' })).data).toEqual([stepRow(1, 2)]);
  });

  it('are paged by step, and take a thousand rows in one write', async () => {
    const fence = await heldJob(db, projectId);
    await db.metrics.recordSteps(
      fence,
      Array.from({ length: 1000 }, (_, i) => stepRow(i + 1)),
    );
    const page = await db.metrics.list(projectId, fence.id, { resolution: 'step', limit: 100, after: '850' });
    expect(page).toMatchObject({ has_more: true, next_cursor: '950' });
    expect(page.data[0]).toEqual(stepRow(851));
    const bad = db.metrics.list(projectId, fence.id, { resolution: 'step', after: 'evt_x' });
    await expect(bad).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('show in the job as its latest figures, under Keras names', async () => {
    const fence = await heldJob(db, projectId);
    await db.metrics.recordSteps(fence, [stepRow(1, 3)]);
    expect((await db.jobs.get(projectId, fence.id)).metrics).toEqual({ loss: 3, accuracy: 0.5 });
    await db.metrics.recordEpoch(fence, epochRow(1, 1));
    const latest = { loss: 1, accuracy: 0.5, val_loss: 2, val_accuracy: 0.25 };
    expect((await db.jobs.get(projectId, fence.id)).metrics).toEqual(latest);
    await db.metrics.recordSteps(fence, [stepRow(11, 0.75)]);
    expect((await db.jobs.get(projectId, fence.id)).metrics).toEqual({ ...latest, loss: 0.75 });
  });
});

describe('checkpoints', () => {
  it('have one best, which moves, and which the job names', async () => {
    const fence = await heldJob(db, projectId);
    for (const epoch of [1, 2, 3]) await db.checkpoints.record(fence, checkpointAt(epoch, epoch < 3));
    const { data } = await db.checkpoints.list(projectId, fence.id);
    expect(data.map(({ epoch, is_best }) => [epoch, is_best])).toEqual([
      [3, false],
      [2, true],
      [1, false],
    ]);
    expect((await db.jobs.get(projectId, fence.id)).best).toEqual({
      checkpoint_id: data[1]?.id,
      epoch: 2,
      metrics: { loss: 0.5, accuracy: 0.5, val_loss: 1, val_accuracy: 0.4 },
    });
    const events = (await db.events.list(projectId, fence.id)).data.filter((event) => event.type === 'checkpoint');
    expect(events.map((event) => event.data)).toMatchObject([
      { epoch: 1, is_best: true },
      { epoch: 2 },
      { is_best: false },
    ]);
  });

  it('are pruned to the newest, without the best and what an endpoint serves', async () => {
    const fence = await heldJob(db, projectId);
    for (const epoch of [1, 2, 3, 4, 5, 6]) await db.checkpoints.record(fence, checkpointAt(epoch, epoch === 2));
    const served = (await db.checkpoints.list(projectId, fence.id)).data.find((row) => row.epoch === 3);
    await db.endpoints.create({ projectId, name: 'pinned', checkpointId: served!.id });
    const removed = await db.checkpoints.prune(fence, 2);
    expect(removed.map((row) => row.storageKey).sort()).toEqual([1, 4].map((epoch) => checkpointAt(epoch).storageKey));
    const kept = (await db.checkpoints.list(projectId, fence.id)).data.map((row) => row.epoch);
    expect(kept).toEqual([6, 5, 3, 2]);
  });

  it('of a second attempt replace those of the first at the same step, and name the file that is left over', async () => {
    const first = await heldJob(db, projectId);
    const before = await db.checkpoints.record(first, checkpointAt(1, true));
    expect(before.replacedKey).toBeNull();
    await db.jobs.release(first, 'given back');
    const second = await db.jobs.claim(first.id, WORKER);
    const again = await db.checkpoints.record(second!, { ...checkpointAt(1, true), storageKey: 'checkpoints/x/1-2' });
    expect(again).toMatchObject({ replacedKey: checkpointAt(1).storageKey, checkpoint: { id: before.checkpoint.id } });
    expect((await db.checkpoints.list(projectId, first.id)).data).toHaveLength(1);
  });

  it('carry all that an export needs', async () => {
    const fence = await heldJob(db, projectId);
    const { checkpoint } = await db.checkpoints.record(fence, checkpointAt(1));
    expect(await db.checkpoints.trainedModel(projectId, checkpoint.id)).toMatchObject({
      checkpointId: checkpoint.id,
      digest: checkpoint.digest,
      storageKey: checkpointAt(1).storageKey,
      spec: { layers: [{ type: 'flatten' }] },
      training: { normalization: 'unit' },
      dataset: { classes: ['cat', 'dog'], stats: { mean: [0.5], std: [0.25] }, fit: 'cover' },
    });
  });
});

describe('endpoints', () => {
  it('on a job serve its best checkpoint, and need one', async () => {
    const fence = await heldJob(db, projectId);
    const make = () => db.endpoints.create({ projectId, name: 'of-job', jobId: fence.id });
    await expect(make()).rejects.toMatchObject({ code: 'conflict' });
    const { checkpoint } = await db.checkpoints.record(fence, checkpointAt(1, true));
    await db.checkpoints.record(fence, checkpointAt(2));
    const endpoint = await make();
    expect(endpoint).toMatchObject({ status: 'starting', checkpoint_id: checkpoint.id, job_id: fence.id, error: null });
    await expect(make()).rejects.toMatchObject({ code: 'name_taken' });
    expect(await db.endpoints.get(projectId, endpoint.id)).toEqual(await db.endpoints.get(projectId, 'of-job'));
  });

  it('are listed as starting until they were loaded or could not be', async () => {
    const fence = await heldJob(db, projectId);
    const { checkpoint } = await db.checkpoints.record(fence, checkpointAt(1, true));
    const [good, bad] = await Promise.all(
      ['loads', 'breaks'].map((name) => db.endpoints.create({ projectId, name, jobId: fence.id })),
    );
    const starting = async () => (await db.endpoints.pending()).map((served) => served.endpoint.id);
    expect(await starting()).toEqual(expect.arrayContaining([good!.id, bad!.id]));
    expect(await db.endpoints.setReady(good!.id, checkpoint.id, true)).toBe(true);
    const error = { code: 'checkpoint_corrupt' as const, message: 'The file does not match its digest.' };
    expect(await db.endpoints.setFailed(bad!.id, checkpoint.id, error)).toBe(true);
    expect(await db.endpoints.setReady(good!.id, 'ckpt_other', true)).toBe(false);
    expect(await starting()).not.toEqual(expect.arrayContaining([good!.id]));
    // No server has said that it has it loaded.
    const stored = { status: 'unloaded', error: null, batch_exact: true };
    expect(await db.endpoints.get(projectId, 'loads')).toMatchObject(stored);
    const loaded = { checkpoint_id: checkpoint.id, waiting: 3, load_ms: 120 };
    await db.endpoints.reportLoaded('here:1', [loaded]);
    expect(await db.endpoints.get(projectId, 'loads')).toMatchObject({
      status: 'ready',
      load: { waiting: 3, servers: [{ server: 'here:1', ...loaded }] },
    });
    expect(await db.endpoints.get(projectId, 'breaks')).toMatchObject({ status: 'failed', error });
    await db.endpoints.remove(projectId, 'loads');
    expect(await db.endpoints.setReady(good!.id, checkpoint.id, true)).toBe(false);
  });
});
