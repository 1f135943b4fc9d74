import { createHash } from 'node:crypto';
import type { Checkpoint, Dataset, Job } from '@trainyard/contracts';
import { openQueues } from '@trainyard/queue';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  checkpointFile,
  checkpointsOf,
  ended,
  eventsOf,
  jobThat,
  metricsOf,
  submit,
  type Trainyard,
} from '../trainyard.js';
import { oneWorker } from './shared.js';

const TRAINING = { epochs: 5, batch_size: 16, optimizer: { type: 'adam' as const, learning_rate: 0.005 } };

let trainyard: Trainyard;
let dataset: Dataset;
let job: Job;
let checkpoints: Checkpoint[];

beforeAll(async () => {
  ({ trainyard, dataset } = await oneWorker());
  const { id } = await submit(trainyard, dataset.id, { ...TRAINING, checkpoints: { keep: 2 } });
  job = await jobThat(trainyard, id, ended);
  checkpoints = await checkpointsOf(trainyard, id);
});

describe('a training job', () => {
  it('trains from the queue to its end and learns', () => {
    expect(job).toMatchObject({ status: 'succeeded', error: null, attempt: 1 });
    expect(job.result?.test?.accuracy).toBeGreaterThan(0.9);
    expect(job.progress).toMatchObject({ epoch: 5, epochs: 5, fraction: 1, eta_s: 0 });
    expect(job.phases.map(({ status }) => status)).toEqual(['queued', 'preparing', 'running', 'succeeded']);
  });

  it('says which device it was given and why', async () => {
    expect(job.device.requested).toBe('auto');
    expect(job.device.used).toMatch(/^(cpu|cuda)$/);
    expect(job.device.reason).toMatch(/CUDA/);
    const events = await eventsOf(trainyard, job.id);
    expect(events.filter(({ type }) => type === 'device')).toHaveLength(1);
  });

  it('leaves a row for every step and every epoch, without a gap', async () => {
    const perEpoch = Math.ceil((dataset.counts?.train.total ?? 0) / TRAINING.batch_size);
    const steps = await metricsOf(trainyard, job.id, 'step');
    expect(steps.map((row) => row.step)).toEqual(Array.from({ length: 5 * perEpoch }, (_, index) => index + 1));
    for (const row of steps) expect(row).toMatchObject({ loss: expect.any(Number), accuracy: expect.any(Number) });
    const epochs = await metricsOf(trainyard, job.id, 'epoch');
    expect(epochs.map(({ epoch, step }) => [epoch, step])).toEqual([1, 2, 3, 4, 5].map((n) => [n, n * perEpoch]));
    for (const row of epochs) expect(row).toMatchObject({ train: {}, validation: { loss: expect.any(Number) } });
  });

  it('keeps the newest checkpoints and the best, whose files match their digests', async () => {
    const best = checkpoints.filter(({ is_best }) => is_best);
    expect(best).toHaveLength(1);
    expect(job.result?.best).toMatchObject({ checkpoint_id: best[0].id, epoch: best[0].epoch });
    const newest = checkpoints.filter(({ epoch }) => epoch >= 4);
    expect(newest).toHaveLength(2);
    expect(checkpoints).toHaveLength(new Set([...newest, ...best]).size);
    const files: string[] = [];
    for await (const key of trainyard.store.list(`checkpoints/${job.id}`)) files.push(key);
    expect(files).toHaveLength(checkpoints.length);
    for (const { id, digest, bytes } of checkpoints) {
      const file = await checkpointFile(trainyard, id);
      expect(file.length).toBe(bytes);
      expect(`sha256:${createHash('sha256').update(file).digest('hex')}`).toBe(digest);
    }
  });

  it('gives the same bytes when it is trained again, on the CPU', async () => {
    const again = await submit(trainyard, dataset.id, TRAINING, 'cpu');
    const twice = await submit(trainyard, dataset.id, TRAINING, 'cpu');
    const other = await submit(trainyard, dataset.id, { ...TRAINING, seed: 1 }, 'cpu');
    const digests: string[] = [];
    for (const { id } of [again, twice, other]) {
      expect((await jobThat(trainyard, id, ended)).status).toBe('succeeded');
      digests.push((await checkpointsOf(trainyard, id)).at(-1)?.digest ?? 'none');
    }
    expect(digests[1]).toBe(digests[0]);
    expect(digests[2]).not.toBe(digests[0]);
  });

  it('is left alone when its message comes a second time', async () => {
    const queues = openQueues(trainyard.redisUrl);
    await queues.add('training', { job_id: job.id }, { jobId: 'again' });
    await expect.poll(() => queues.waiting('training')).toBe(0);
    await queues.close();
    const next = await submit(trainyard, dataset.id, { ...TRAINING, epochs: 1 });
    await jobThat(trainyard, next.id, ended);
    expect(await trainyard.db.jobs.get(trainyard.projectId, job.id)).toEqual(job);
  });

  it('fails and says where when its loss is no longer a number', async () => {
    const optimizer = { type: 'sgd' as const, learning_rate: 1e30 };
    const { id } = await submit(trainyard, dataset.id, { epochs: 50, optimizer, normalization: 'none' });
    const failed = await jobThat(trainyard, id, ended);
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'training_diverged' } });
    expect(failed.error?.message).toMatch(/epoch \d+, step \d+/);
  });
});
