// What is left of a job whose training has gone back, and which checkpoints a job keeps.
import type { EpochMetrics, JobRollback, StepMetrics } from '@trainyard/contracts';
import { StaleAttemptError } from '@trainyard/db';
import { describe, expect, it } from 'vitest';
import { checkpointAt, heldJob, openTestDatabase } from './rows.js';

const { db, projectId } = await openTestDatabase();

const ROLLBACK: JobRollback = {
  at_step: 27,
  to_step: 20,
  epoch: 2,
  rate_factor: 0.5,
  reason: 'The loss is no longer a number at epoch 3, step 27',
};

const stepRow = (step: number): StepMetrics => ({ step, epoch: 1, loss: step, learning_rate: 0.1 });

const epochRow = (epoch: number): EpochMetrics => ({
  epoch,
  step: epoch * 10,
  train: { loss: epoch },
  validation: { loss: epoch * 2 },
  learning_rate: 0.1,
  images_per_s: 100,
  duration_s: 2,
});

const within = (step: number) => ({
  ...checkpointAt(1),
  epoch: Math.floor(step / 10),
  step,
  storageKey: `checkpoints/x/${step}`,
  digest: `sha256:${step}`,
  epochComplete: false,
});

/** Two whole epochs, the second of which is the best, and seven steps of the third with a checkpoint. */
async function trainedJob() {
  const fence = await heldJob(db, projectId);
  for (const epoch of [1, 2]) {
    await db.metrics.recordSteps(
      fence,
      Array.from({ length: 10 }, (_, i) => stepRow((epoch - 1) * 10 + i + 1)),
    );
    await db.metrics.recordEpoch(fence, epochRow(epoch));
    await db.checkpoints.record(fence, checkpointAt(epoch, true));
  }
  await db.metrics.recordSteps(
    fence,
    Array.from({ length: 7 }, (_, i) => stepRow(21 + i)),
  );
  const { checkpoint } = await db.checkpoints.record(fence, within(25));
  return { fence, inEpoch: checkpoint };
}

async function stepsOf(jobId: string): Promise<number[]> {
  const { data } = await db.checkpoints.list(projectId, jobId);
  return data.map(({ step }) => step).sort((a, b) => a - b);
}

async function eventsOf(jobId: string, type: string) {
  return (await db.events.list(projectId, jobId, { limit: 100 })).data.filter((event) => event.type === type);
}

describe('a rollback', () => {
  it('takes back what was recorded beyond its step, and shows in the job and its events', async () => {
    const { fence, inEpoch } = await trainedJob();
    expect((await db.jobs.get(projectId, fence.id)).rollback).toBeNull();
    expect(await db.checkpoints.rollBack(fence, ROLLBACK)).toEqual([
      { id: inEpoch.id, storageKey: 'checkpoints/x/25' },
    ]);
    const { data } = await db.metrics.list(projectId, fence.id, { resolution: 'step', limit: 100 });
    expect(data.map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(await stepsOf(fence.id)).toEqual([10, 20]);
    const job = await db.jobs.get(projectId, fence.id);
    expect(job).toMatchObject({ rollback: ROLLBACK, best: { epoch: 2 }, metrics: { loss: 2, val_loss: 4 } });
    expect((await eventsOf(fence.id, 'rollback')).map((event) => event.data)).toEqual([ROLLBACK]);
  });

  it('to the start leaves nothing', async () => {
    const { fence } = await trainedJob();
    expect(await db.checkpoints.rollBack(fence, { ...ROLLBACK, to_step: 0, epoch: 0 })).toHaveLength(3);
    expect(await db.jobs.get(projectId, fence.id)).toMatchObject({ best: null, metrics: null });
    expect(await db.checkpoints.ofEarlierAttempts(fence.id)).toMatchObject({
      checkpoints: [],
      rollback: { to_step: 0 },
    });
  });

  it('makes the checkpoint that it goes back to the best, where that one is gone', async () => {
    const { fence } = await trainedJob();
    await db.checkpoints.rollBack(fence, { ...ROLLBACK, to_step: 10, epoch: 1 });
    expect(await db.jobs.get(projectId, fence.id)).toMatchObject({ best: { epoch: 1, metrics: { val_loss: 2 } } });
    const { data } = await db.checkpoints.list(projectId, fence.id);
    expect(data.map(({ step, is_best }) => [step, is_best])).toEqual([[10, true]]);
  });

  it('written twice changes nothing the second time', async () => {
    const { fence } = await trainedJob();
    await db.checkpoints.rollBack(fence, ROLLBACK);
    await db.metrics.recordSteps(fence, [stepRow(21)]);
    const before = await db.jobs.get(projectId, fence.id);
    expect(await db.checkpoints.rollBack(fence, ROLLBACK)).toEqual([]);
    expect(await db.jobs.get(projectId, fence.id)).toEqual(before);
    expect(await eventsOf(fence.id, 'rollback')).toHaveLength(1);
    expect((await db.metrics.list(projectId, fence.id, { resolution: 'step', limit: 100 })).data).toHaveLength(21);
  });

  it('is refused to a worker that no longer holds the job', async () => {
    const { fence } = await trainedJob();
    await db.jobs.release(fence, 'given back');
    await expect(db.checkpoints.rollBack(fence, ROLLBACK)).rejects.toBeInstanceOf(StaleAttemptError);
    expect(await stepsOf(fence.id)).toEqual([10, 20, 25]);
  });

  it('leaves a checkpoint that an endpoint serves, from which no attempt goes on', async () => {
    const { fence, inEpoch } = await trainedJob();
    const endpoint = await db.endpoints.create({ projectId, name: 'rolled-back', checkpointId: inEpoch.id });
    expect(await db.checkpoints.rollBack(fence, ROLLBACK)).toEqual([]);
    expect(await stepsOf(fence.id)).toEqual([10, 20, 25]);
    const { checkpoints, rollback } = await db.checkpoints.ofEarlierAttempts(fence.id);
    expect(checkpoints.map(({ step }) => step).sort()).toEqual([10, 20]);
    expect(rollback).toEqual(ROLLBACK);
    expect(await db.checkpoints.prune(fence, 1)).toMatchObject([{ storageKey: checkpointAt(1).storageKey }]);

    // Once the training is there again, it is a checkpoint like any other.
    await db.checkpoints.record(fence, { ...within(25), digest: 'sha256:again', storageKey: 'checkpoints/x/25-r' });
    const again = await db.checkpoints.ofEarlierAttempts(fence.id);
    expect(again.checkpoints.map(({ digest }) => digest)).toContain('sha256:again');
    await db.endpoints.remove(projectId, endpoint.id);
  });
});

describe('the checkpoints that are kept', () => {
  it('are the newest of whole epochs, and of those within epochs only the newest of all', async () => {
    const fence = await heldJob(db, projectId);
    const kept: number[][] = [];
    for (const checkpoint of [checkpointAt(1, true), within(13), within(17), checkpointAt(2), within(25), within(28)]) {
      await db.checkpoints.record(fence, checkpoint, 2);
      kept.push(await stepsOf(fence.id));
    }
    expect(kept).toEqual([[10], [10, 13], [10, 17], [10, 20], [10, 20, 25], [10, 20, 28]]);
    await db.checkpoints.record(fence, checkpointAt(3));
    const { removed } = await db.checkpoints.record(fence, checkpointAt(4), 2);
    expect(removed.map(({ storageKey }) => storageKey)).toContain(checkpointAt(2).storageKey);
    expect(await stepsOf(fence.id)).toEqual([10, 30, 40]);
  });

  it('keep one within an epoch that is the best of all', async () => {
    const fence = await heldJob(db, projectId);
    await db.checkpoints.record(fence, { ...within(5), best: true });
    await db.checkpoints.record(fence, checkpointAt(1));
    await db.checkpoints.record(fence, checkpointAt(2));
    await db.checkpoints.prune(fence, 1);
    expect(await stepsOf(fence.id)).toEqual([5, 20]);
  });
});

describe('what another attempt records again', () => {
  it('has no second event where its figures and bytes are the same', async () => {
    const fence = await heldJob(db, projectId);
    await db.metrics.recordEpoch(fence, epochRow(1));
    await db.checkpoints.record(fence, checkpointAt(1, true));
    await db.metrics.recordEpoch(fence, { ...epochRow(1), duration_s: 7, images_per_s: 12.5 });
    await db.checkpoints.record(fence, { ...checkpointAt(1, true), storageKey: 'checkpoints/x/1-2' });
    expect(await eventsOf(fence.id, 'epoch')).toHaveLength(1);
    expect(await eventsOf(fence.id, 'checkpoint')).toHaveLength(1);
    const { data } = await db.metrics.list(projectId, fence.id, { resolution: 'epoch' });
    expect(data).toMatchObject([{ duration_s: 7, images_per_s: 12.5 }]);
  });

  it('has one where they differ', async () => {
    const fence = await heldJob(db, projectId);
    await db.metrics.recordEpoch(fence, epochRow(1));
    await db.metrics.recordEpoch(fence, { ...epochRow(1), train: { loss: 3 } });
    await db.checkpoints.record(fence, checkpointAt(1));
    await db.checkpoints.record(fence, { ...checkpointAt(1), digest: 'sha256:other' });
    expect(await eventsOf(fence.id, 'epoch')).toHaveLength(2);
    expect(await eventsOf(fence.id, 'checkpoint')).toHaveLength(2);
  });
});
