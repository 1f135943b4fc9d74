import { newId, type QueuePayload } from '@trainyard/contracts';
import { consume, openQueues } from '@trainyard/queue';
import { Queue } from 'bullmq';
import { describe, expect, it } from 'vitest';
import { atEnd, createTestRedis } from '../setup/index.js';

type Training = QueuePayload<'training'>;

async function open() {
  const url = await createTestRedis();
  const queues = openQueues(url);
  atEnd(() => queues.close());
  return { url, queues };
}

/** Collects what a consumer is handed, and lets a test wait for it. */
function collector() {
  const seen: Training[] = [];
  return { seen, until: (count: number) => expect.poll(() => seen.length, { timeout: 20_000 }).toBe(count) };
}

describe('the queue', () => {
  it('delivers each entry once, in order, and then forgets it', async () => {
    const { url, queues } = await open();
    const { seen, until } = collector();
    const payloads = Array.from({ length: 5 }, () => ({ job_id: newId('job') }));
    for (const [i, payload] of payloads.entries()) await queues.add('training', payload, { jobId: `outbox-${i}` });
    expect(await queues.waiting('training')).toBe(5);
    const consumer = consume(url, 'training', async (payload) => void seen.push(payload), { concurrency: 1 });
    atEnd(() => consumer.close());
    await until(5);
    expect(seen).toEqual(payloads);
    await expect.poll(() => queues.waiting('training')).toBe(0);
    await queues.add('training', payloads[0]!, { jobId: 'outbox-0' });
    await until(6);
  });

  it('ends the entry of a handler that throws, reports it, and goes on with the next', async () => {
    const { url, queues } = await open();
    const { seen, until } = collector();
    const errors: string[] = [];
    const handler = async (payload: Training) => {
      seen.push(payload);
      if (seen.length === 1) throw new Error('the first one fails');
    };
    const onError = (error: Error) => void errors.push(error.message);
    const consumer = consume(url, 'training', handler, { concurrency: 1, onError });
    atEnd(() => consumer.close());
    for (const jobId of ['a', 'b']) await queues.add('training', { job_id: newId('job') }, { jobId });
    await until(2);
    expect(errors).toEqual(['the first one fails']);
    expect(seen[0]).not.toEqual(seen[1]);
  });

  it('hands an entry to another consumer when the first stops renewing it', async () => {
    const { url, queues } = await open();
    const payload = { job_id: newId('job') };
    // A consumer that died in the middle: it took the entry, and nothing renews its lock.
    const bull = await import('bullmq');
    const connection = { url };
    const dead = new bull.Worker('training', null, { connection, prefix: 'trainyard', lockDuration: 1000 });
    atEnd(() => dead.close());
    await queues.add('training', payload, { jobId: 'outbox-1' });
    expect((await dead.getNextJob('dead-token'))?.data).toEqual(payload);

    const { seen, until } = collector();
    const consumer = consume(url, 'training', async (given) => void seen.push(given), {
      concurrency: 1,
      lockMs: 1000,
      stalledCheckMs: 500,
    });
    atEnd(() => consumer.close());
    await until(1);
    expect(seen).toEqual([payload]);
  });

  it('aborts the signals of what is in hand when the consumer closes, and waits for the handlers', async () => {
    const { url, queues } = await open();
    const steps: string[] = [];
    const handler = (_payload: Training, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        steps.push('started');
        signal.addEventListener('abort', () => setTimeout(() => resolve(void steps.push('stopped')), 100));
      });
    const consumer = consume(url, 'training', handler, { concurrency: 1 });
    await queues.add('training', { job_id: newId('job') }, { jobId: 'outbox-1' });
    await expect.poll(() => steps, { timeout: 20_000 }).toEqual(['started']);
    await consumer.close();
    expect(steps).toEqual(['started', 'stopped']);
  });

  it('closes soon where Redis cannot be reached', async () => {
    const consumer = consume('redis://127.0.0.1:1', 'training', async () => {}, { concurrency: 1 });
    const asked = Date.now();
    await consumer.close();
    expect(Date.now() - asked).toBeLessThan(5000);
  });

  it('takes only payloads of its kind, going in and coming out', async () => {
    const { url, queues } = await open();
    const wrong = { job_id: newId('dataset') };
    await expect(queues.add('training', wrong, { jobId: 'x' })).rejects.toThrow('does not take');
    const raw = new Queue('training', { connection: { url }, prefix: 'trainyard' });
    await raw.add('training', { anything: 1 });
    await raw.close();
    const { seen } = collector();
    const errors: string[] = [];
    const onError = (error: Error) => void errors.push(error.message);
    const consumer = consume(url, 'training', async (payload) => void seen.push(payload), { concurrency: 1, onError });
    atEnd(() => consumer.close());
    await expect.poll(() => errors.length, { timeout: 20_000 }).toBe(1);
    expect(errors[0]).toContain('does not take {"anything":1}');
    expect(seen).toEqual([]);
  });

  it('says within seconds when Redis cannot be reached', async () => {
    const queues = openQueues('redis://127.0.0.1:1');
    atEnd(() => queues.close());
    await expect(queues.ping()).rejects.toThrow();
    const lost = queues.add('training', { job_id: newId('job') }, { jobId: 'x' });
    await expect(lost).rejects.toMatchObject({ code: 'unavailable' });
  });
});
