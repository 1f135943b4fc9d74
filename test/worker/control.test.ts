import type { Dataset, Job } from '@trainyard/contracts';
import { FAILURES_MAX } from '@trainyard/db';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Program } from '../setup/index.js';
import { descendantsOf, untilGone } from './processes.js';
import {
  checkpointsOf,
  ended,
  jobThat,
  metricsOf,
  readyDataset,
  startTrainyard,
  submit,
  type Trainyard,
} from './trainyard.js';

const ENDLESS = { epochs: 100_000, batch_size: 16 };

let trainyard: Trainyard;
let dataset: Dataset;
let worker: Program;

beforeAll(async () => {
  trainyard = await startTrainyard();
  worker = await trainyard.startWorker();
  dataset = await readyDataset(trainyard);
});

const epochsDone = (count: number) => (job: Job) => ended(job) || (job.progress?.epoch ?? 0) > count;

async function setFailures(id: string, failures: number): Promise<void> {
  const client = new pg.Client({ connectionString: trainyard.databaseUrl });
  await client.connect();
  await client.query('UPDATE jobs SET failures = $1 WHERE id = $2', [failures, id]).finally(() => client.end());
}

async function children(program: Program): Promise<number[]> {
  return descendantsOf(program.process.pid ?? 0);
}

describe('cancelling', () => {
  it('stops the computation within 5 s and leaves the worker free for the next job', async () => {
    const { id } = await submit(trainyard, dataset.id, ENDLESS);
    await jobThat(trainyard, id, epochsDone(1));
    const trainers = await children(worker);
    expect(trainers).toHaveLength(1);
    const asked = Date.now();
    await trainyard.db.jobs.cancel(trainyard.projectId, id);
    await untilGone(trainers, 5000);
    const cancelled = await jobThat(trainyard, id, ended);
    expect(Date.now() - asked).toBeLessThan(5000);
    expect(cancelled).toMatchObject({ status: 'cancelled', error: null, result: null });
    const next = await submit(trainyard, dataset.id, { epochs: 1 });
    expect((await jobThat(trainyard, next.id, ended)).status).toBe('succeeded');
  });
});

describe('a job that asks for CUDA', () => {
  it('is left to another worker where this one has none, and holds up nobody', async (context) => {
    const [{ devices }] = await trainyard.db.workers.alive();
    if (devices.some(({ device, available }) => device === 'cuda' && available)) context.skip('CUDA works here');
    const { id } = await submit(trainyard, dataset.id, { epochs: 1 }, 'cuda');
    const next = await submit(trainyard, dataset.id, { epochs: 1 });
    expect((await jobThat(trainyard, next.id, ended)).status).toBe('succeeded');
    expect(await trainyard.db.jobs.get(trainyard.projectId, id)).toMatchObject({ status: 'queued', attempt: 0 });
    await trainyard.db.jobs.cancel(trainyard.projectId, id);
  });
});

describe('a trainer that dies', () => {
  it('is started again, more often than a job that does not get on would be', async () => {
    const { id } = await submit(trainyard, dataset.id, { ...ENDLESS, checkpoints: { keep: 1 } });
    let epoch = 0;
    for (let kill = 1; kill <= 2; kill++) {
      const getsOn = (job: Job) => ended(job) || (job.status === 'running' && (job.progress?.epoch ?? 0) > epoch + 2);
      const running = await jobThat(trainyard, id, getsOn);
      expect(running).toMatchObject({ status: 'running', attempt: kill });
      epoch = running.progress?.epoch ?? 0;
      for (const pid of await children(worker)) process.kill(pid, 'SIGKILL');
      await jobThat(trainyard, id, (job) => ended(job) || job.attempt > kill || job.status === 'queued');
      // As if it had failed so often already: one more would be its end, had it not got on since.
      if (kill === 1) await setFailures(id, FAILURES_MAX - 1);
    }
    expect(await jobThat(trainyard, id, (job) => ended(job) || job.attempt > 2)).toMatchObject({ attempt: 3 });
    await trainyard.db.jobs.cancel(trainyard.projectId, id);
    await jobThat(trainyard, id, ended);
  }, 180_000);
});

describe('pausing and stopping', () => {
  it('writes a checkpoint and frees the worker, goes on from there, and keeps what was trained', async () => {
    const { db, projectId } = trainyard;
    const { id } = await submit(trainyard, dataset.id, { ...ENDLESS, checkpoints: { keep: 2, every_epochs: 50_000 } });
    await jobThat(trainyard, id, epochsDone(2));
    const trainers = await children(worker);
    await db.jobs.pause(projectId, id);
    const paused = await jobThat(trainyard, id, ({ status }) => status !== 'running');
    expect(paused).toMatchObject({ status: 'paused', worker: null });
    expect(paused.phases.at(-1)?.reason).toBe('Paused by request');
    await untilGone(trainers, 5000);
    const [checkpoint] = await checkpointsOf(trainyard, id);
    expect(checkpoint.step).toBeGreaterThan(0);
    const other = await submit(trainyard, dataset.id, { epochs: 1 });
    expect((await jobThat(trainyard, other.id, ended)).status).toBe('succeeded');
    expect((await db.jobs.get(projectId, id)).status).toBe('paused');

    await db.jobs.resume(projectId, id);
    const resumed = await jobThat(trainyard, id, (job) => (job.progress?.step ?? 0) > checkpoint.step + 30);
    expect(resumed).toMatchObject({ status: 'running', attempt: 2 });
    await db.jobs.stop(projectId, id);
    const stopped = await jobThat(trainyard, id, ended);
    expect(stopped).toMatchObject({ status: 'succeeded', result: { stop_reason: 'stopped' } });
    expect(stopped.result?.test?.loss).toBeGreaterThan(0);
    expect(stopped.result?.best).not.toBeNull();
  });
});

describe('a worker that is told to stop', () => {
  it('hands its job back with the reason, and leaves no process behind', async () => {
    const { id } = await submit(trainyard, dataset.id, ENDLESS);
    await jobThat(trainyard, id, epochsDone(1));
    const trainers = await children(worker);
    expect(await worker.stop()).toBe(0);
    await untilGone(trainers, 100);
    const job = await trainyard.db.jobs.get(trainyard.projectId, id);
    expect(job).toMatchObject({ status: 'queued', worker: null });
    expect(job.phases.at(-1)?.reason).toBe('The worker was stopped');
    expect(await trainyard.db.workers.alive()).toEqual([]);
    await trainyard.db.jobs.cancel(trainyard.projectId, id);
  });
});

describe('a worker that is killed after its trainer was', () => {
  const training = { epochs: 50, batch_size: 16, checkpoints: { keep: 100 } };

  it('leaves no process behind, and another one finishes the job with the same bytes', async () => {
    const victim = await trainyard.startWorker();
    const { id } = await submit(trainyard, dataset.id, training, 'cpu');
    await jobThat(trainyard, id, epochsDone(3));
    for (const pid of await children(victim)) process.kill(pid, 'SIGKILL');
    await jobThat(trainyard, id, (job) => ended(job) || (job.attempt === 2 && job.status === 'running'));
    const trainers = await children(victim);
    expect(trainers).toHaveLength(1);
    victim.process.kill('SIGKILL');
    await untilGone(trainers, 5000);
    const lost = await jobThat(trainyard, id, ({ status }) => status === 'queued');
    expect(lost.phases.at(-1)?.reason).toBe('The worker went away.');

    await trainyard.startWorker();
    const finished = await jobThat(trainyard, id, ended);
    expect(finished).toMatchObject({ status: 'succeeded', attempt: 3 });
    const taken = ['queued', 'preparing', 'running'];
    expect(finished.phases.map(({ status }) => status)).toEqual([...taken, ...taken, ...taken, 'succeeded']);
    expect(finished.phases[3].reason).toContain('SIGKILL');
    expect(finished.phases[5].reason).toMatch(/^Goes on after epoch \d+$/);
    const undisturbed = await submit(trainyard, dataset.id, training, 'cpu');
    const reference = await jobThat(trainyard, undisturbed.id, ended);
    const digests = async (job: Job) => (await checkpointsOf(trainyard, job.id)).map(({ digest }) => digest);
    expect(await digests(finished)).toEqual(await digests(reference));
    expect(await metricsOf(trainyard, finished.id, 'step')).toEqual(await metricsOf(trainyard, reference.id, 'step'));
    expect(finished.result?.test).toEqual(reference.result?.test);
  }, 300_000);
});
