import { openQueues } from '@trainyard/queue';
import { Redis } from 'ioredis';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { atEnd, createTestRedis } from '../setup/index.js';
import { openTestDatabase, queuedJob, TRAITS, uploadedDataset, WORKER } from './rows.js';

const { db, url, projectId } = await openTestDatabase();

async function makeEntriesOld(): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("UPDATE outbox SET dispatched_at = dispatched_at - interval '1 hour'");
  await client.end();
}

async function dispatchAll(): Promise<string[]> {
  const ids = (await db.outbox.pending(1000)).map((entry) => entry.id);
  await db.outbox.markDispatched(ids);
  return ids;
}

describe('the outbox', () => {
  it('answers what was not sent yet, in the order of writing, and nothing twice', async () => {
    await dispatchAll();
    const dataset = await uploadedDataset(db, projectId);
    const other = await uploadedDataset(db, projectId);
    expect((await db.outbox.pending(1)).map((entry) => entry.subjectId)).toEqual([dataset.id]);
    expect((await db.outbox.pending()).map((entry) => entry.payload)).toEqual([
      { dataset_id: dataset.id },
      { dataset_id: other.id },
    ]);
    await dispatchAll();
    expect(await db.outbox.pending()).toEqual([]);
  });

  it('sends again what a worker has not taken, and only that', async () => {
    const waiting = await uploadedDataset(db, projectId);
    const taken = await uploadedDataset(db, projectId);
    const job = await queuedJob(db, projectId);
    await dispatchAll();
    await db.datasets.claim(taken.id, WORKER);
    expect(await db.outbox.redispatch(60_000)).toBe(0);
    await makeEntriesOld();
    await db.outbox.redispatch(60_000);
    const again = (await db.outbox.pending(1000)).map((entry) => entry.subjectId);
    expect(again).toContain(waiting.id);
    expect(again).not.toContain(taken.id);
    // Workers look for jobs by themselves.
    expect(again).not.toContain(job.id);
  });

  it('gives an entry the same id each time, so that the queue holds it once', async () => {
    await dispatchAll();
    const queues = openQueues(await createTestRedis());
    atEnd(() => queues.close());
    const job = await queuedJob(db, projectId);
    const [entry] = (await db.outbox.pending(1000)).filter((one) => one.queue === 'training');
    if (entry?.queue !== 'training') throw new Error('no entry');
    expect(entry.subjectId).toBe(job.id);
    await queues.add(entry.queue, entry.payload, { jobId: entry.id });
    await queues.add(entry.queue, entry.payload, { jobId: entry.id });
    expect(await queues.waiting('training')).toBe(1);
  });

  it('brings back what the queue has lost', async () => {
    const redis = await createTestRedis();
    const queues = openQueues(redis);
    atEnd(() => queues.close());
    const send = async () => {
      const entries = await db.outbox.pending(1000);
      for (const entry of entries) await queues.add(entry.queue, entry.payload, { jobId: entry.id });
      await db.outbox.markDispatched(entries.map((entry) => entry.id));
    };
    await uploadedDataset(db, projectId);
    await send();
    const before = await queues.waiting('ingest');
    expect(before).toBeGreaterThan(0);

    const client = new Redis(redis);
    await client.flushdb();
    client.disconnect();
    expect(await queues.waiting('ingest')).toBe(0);
    await makeEntriesOld();
    await db.outbox.redispatch(60_000);
    await send();
    expect(await queues.waiting('ingest')).toBeGreaterThanOrEqual(before);
  });
});

describe('workers', () => {
  it('are alive while they are seen, and forgotten when they leave', async () => {
    const devices = [
      { device: 'cpu' as const, available: true, reason: null },
      { device: 'cuda' as const, available: false, reason: 'There is no CUDA device.' },
    ];
    const id = await db.workers.register({ host: 'box', pid: 42, devices, traits: TRAITS, jobSlots: 3 });
    const registered = { id, host: 'box', pid: 42, devices, traits: TRAITS, jobSlots: 3 };
    expect(await db.workers.alive()).toMatchObject([registered]);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query("UPDATE workers SET last_seen_at = now() - interval '16 s'");
    await client.end();
    expect(await db.workers.alive()).toEqual([]);
    expect(await db.workers.heartbeat(id)).toBe(true);
    expect(await db.workers.alive()).toHaveLength(1);
    expect(await db.workers.register({ id, host: 'box', pid: 42, devices: [] })).toBe(id);
    expect(await db.workers.alive()).toMatchObject([{ id, devices: [], jobSlots: 1 }]);
    await db.workers.remove(id);
    expect(await db.workers.heartbeat(id)).toBe(false);
  });
});
