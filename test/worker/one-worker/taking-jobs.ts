import { Redis } from 'ioredis';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { atEnd } from '../../setup/index.js';
import { ended, eventsOf, jobThat, submit, type Trainyard } from '../trainyard.js';
import { oneWorker } from './shared.js';

const NO_REDIS = 'redis://127.0.0.1:1';

let trainyard: Trainyard;
let datasetId: string;

beforeAll(async () => {
  const shared = await oneWorker();
  trainyard = shared.trainyard;
  datasetId = shared.dataset.id;
});

describe('a worker', () => {
  it('says what its machine computes with', async () => {
    const [{ traits }] = await trainyard.db.workers.alive();
    expect(traits).toEqual({
      cpu: expect.stringContaining(process.arch),
      onnxruntimeVersion: expect.stringMatching(/^\d/),
    });
  });

  it('fixes the plan of a job to its machine', async () => {
    const { id } = await submit(trainyard, datasetId, { epochs: 1, batch_size: 16 }, 'cpu');
    expect(await jobThat(trainyard, id, ended)).toMatchObject({ status: 'succeeded', exact: true });
    const [{ traits }] = await trainyard.db.workers.alive();
    expect(await planOf(id)).toMatchObject({ cpu: traits?.cpu, onnxruntime_version: traits?.onnxruntimeVersion });
  });

  it('goes on with a job that it cannot repeat to the bit after the wait, by a plan of its own', async () => {
    const { db, projectId } = trainyard;
    const { id } = await submit(trainyard, datasetId, { epochs: 100_000, batch_size: 16 }, 'cpu');
    await jobThat(trainyard, id, (job) => ended(job) || (job.progress?.epoch ?? 0) > 3);
    await db.jobs.pause(projectId, id);
    const paused = await jobThat(trainyard, id, ({ status }) => status !== 'running');
    expect(paused).toMatchObject({ status: 'paused', exact: true });
    const plan = await planOf(id);
    await query("UPDATE jobs SET plan = jsonb_set(plan, '{cpu}', '\"another machine\"') WHERE id = $1", [id]);
    const resumed = await db.jobs.resume(projectId, id);
    expect(resumed).toMatchObject({ status: 'queued', waiting_for: 'plan' });
    const running = await jobThat(trainyard, id, ({ status }) => status === 'running');
    const [before, after] = running.phases.slice(-3).map(({ started_at }) => Date.parse(started_at));
    expect(after - before).toBeGreaterThan(1900);
    expect(running).toMatchObject({ exact: false, attempt: 2 });
    expect(running.phases.at(-1)?.reason).toMatch(/^Goes on after epoch/);
    expect(await planOf(id)).toEqual(plan);
    const events = (await eventsOf(trainyard, id)).filter(({ type }) => type === 'plan');
    const difference = { trait: 'cpu', planned: 'another machine', found: plan.cpu };
    expect(events.map(({ data }) => data)).toEqual([{ exact: false, attempt: 2, differences: [difference] }]);
    await db.jobs.stop(projectId, id);
    expect(await jobThat(trainyard, id, ended)).toMatchObject({ status: 'succeeded', exact: false });
  });

  it('takes the jobs that a queue has lost within seconds', async () => {
    const redis = new Redis(trainyard.redisUrl);
    atEnd(() => redis.disconnect());
    const flushing = setInterval(() => void redis.flushdb(), 20);
    const { id } = await submit(trainyard, datasetId, { epochs: 1, batch_size: 16 });
    const job = await jobThat(trainyard, id, ended, 30_000).finally(() => clearInterval(flushing));
    expect(job.status).toBe('succeeded');
    expect(await startedAfter(id)).toBeLessThan(10);
  });

  it('divides its threads among the jobs that wait, and hands all back when it ends, without any Redis', async () => {
    const { worker } = await oneWorker();
    expect(await worker.stop()).toBe(0);
    const ids: string[] = [];
    for (let i = 0; i < 2; i++) ids.push((await submit(trainyard, datasetId, { epochs: 100_000, batch_size: 16 })).id);
    const divided = await trainyard.startWorker({ REDIS_URL: NO_REDIS, TRAINYARD_THREADS: '2' });
    for (const id of ids) {
      await jobThat(trainyard, id, ({ status }) => status === 'running');
      expect(await planOf(id)).toMatchObject({ threads: 1 });
    }
    expect(await divided.stop()).toBe(0);
    for (const id of ids) {
      const left = await trainyard.db.jobs.get(trainyard.projectId, id);
      expect(left.phases.at(-1)).toMatchObject({ status: 'queued', reason: 'The worker was stopped' });
      await trainyard.db.jobs.cancel(trainyard.projectId, id);
    }
  });

  it('gives a lone job all of its threads', async () => {
    const alone = await trainyard.startWorker({ REDIS_URL: NO_REDIS, TRAINYARD_THREADS: '2' });
    const { id } = await submit(trainyard, datasetId, { epochs: 1, batch_size: 16 });
    expect((await jobThat(trainyard, id, ended)).status).toBe('succeeded');
    expect(await planOf(id)).toMatchObject({ threads: 2 });
    expect(await alone.stop()).toBe(0);
  });
});

async function query<T extends pg.QueryResultRow>(sql: string, values: unknown[]): Promise<T[]> {
  const client = new pg.Client({ connectionString: trainyard.databaseUrl });
  await client.connect();
  try {
    return (await client.query<T>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

async function planOf(id: string) {
  const [{ plan }] = await query<{ plan: Record<string, unknown> }>('SELECT plan FROM jobs WHERE id = $1', [id]);
  return plan;
}

/** Seconds from the queue to the worker. */
async function startedAfter(id: string): Promise<number> {
  const { phases } = await trainyard.db.jobs.get(trainyard.projectId, id);
  const [queued, taken] = phases.map(({ started_at }) => Date.parse(started_at));
  return (taken - queued) / 1000;
}
