// The API while PostgreSQL goes away and comes back: refusals that say when to ask again, and nothing lost.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate, openDatabase } from '@trainyard/db';
import { beforeAll, expect, it } from 'vitest';
import { startGuard } from '../../scripts/stack/guard.mjs';
import { heldJob, readyDataset } from '../db/rows.js';
import { type Restartable, restartablePostgres } from '../faults/servers/restartable.js';
import { atEnd, createTestFolder, TEST_KEY } from '../setup/index.js';
import { SMALL_NET } from './networks.js';
import { operationsOf } from './operations.js';
import { createTestApi, type TestApi } from './setup.js';
import { BYTES, idOf, TusClient } from './tus.js';

/** Longer than the reconciler takes for no outage at all. */
const OUTAGE_MS = 12_000;
const LEASE_MS = 12_000;

let postgres: Restartable;
let api: TestApi;
let job: object;

beforeAll(async () => {
  const guard = startGuard();
  atEnd(() => guard.close());
  postgres = await restartablePostgres({ directory: createTestFolder(), guard });
  await migrate(postgres.url);
  const db = openDatabase(postgres.url);
  atEnd(() => db.close());
  const { projectId } = await db.projects.ensureBootstrap({ secret: TEST_KEY });
  api = await createTestApi({ db });
  const dataset = await readyDataset(db, projectId);
  job = { dataset_id: dataset.id, model: SMALL_NET, training: { batch_size: 4 } };
});

interface Seen {
  status: number;
  retryAfter: string | null;
  ms: number;
  id: string | null;
}

/** Sends one request as the operator, who alone is known to this database. */
async function send(path: string, method = 'GET', body?: object, key?: string): Promise<Seen> {
  const begun = performance.now();
  const headers: Record<string, string> = { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/json' };
  if (key !== undefined) headers['idempotency-key'] = key;
  const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
  const response = await fetch(`${api.app.listeningOrigin}${path}`, init);
  const text = await response.text();
  const answer: { id?: unknown } = text === '' ? {} : JSON.parse(text);
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    ms: performance.now() - begun,
    id: typeof answer.id === 'string' ? answer.id : null,
  };
}

/** Asks the same again and again, until the signal. */
async function ask(signal: AbortSignal, request: (turn: number) => Promise<Seen>): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (let turn = 0; !signal.aborted; turn++) {
    seen.push(await request(turn));
    await sleep(10);
  }
  return seen;
}

it.each(['fast', 'immediate'] as const)(
  'refuses for now while it is down (%s), loses no job that it took, and goes on by itself',
  async (how) => {
    const stop = new AbortController();
    const posts = [1, 2, 3, 4].map((client) =>
      ask(stop.signal, (turn) => send('/v1/jobs', 'POST', job, `${how}-${client}-${turn}`)),
    );
    const reads = ['/v1/jobs?limit=3', '/v1/projects', '/v1/workers'].map((path) => ask(stop.signal, () => send(path)));
    await sleep(1500);
    await postgres.down(how);
    await sleep(1500);
    await postgres.up();
    const back = performance.now();
    while ((await send('/v1/jobs?limit=1')).status !== 200) await sleep(50);
    expect(performance.now() - back).toBeLessThan(5000);
    await sleep(1000);
    stop.abort();

    const posted = (await Promise.all(posts)).flat();
    const read = (await Promise.all(reads)).flat();
    for (const [seen, success] of [
      [posted, 202],
      [read, 200],
    ] as const) {
      expect(new Set(seen.map(({ status }) => status))).toEqual(new Set([success, 503]));
      const refused = seen.filter(({ status }) => status === 503);
      for (const { retryAfter } of refused) expect(Number(retryAfter)).toBeGreaterThan(0);
    }
    expect(Math.max(...[...posted, ...read].map(({ ms }) => ms))).toBeLessThan(10_000);
    const taken = posted.flatMap(({ status, id }) => (status === 202 && id ? [id] : []));
    expect(new Set(taken).size).toBe(taken.length);
    for (const id of taken) expect((await send(`/v1/jobs/${id}`)).status).toBe(200);
  },
);

it('holds a resumable upload up while it is away, and loses nothing of it', async () => {
  const bytes = randomBytes(500_000);
  const tus = new TusClient(Number(new URL(api.app.listeningOrigin).port), TEST_KEY);
  const path = await tus.create(bytes.length);
  const { sent, answer } = tus.open({ method: 'PATCH', path, headers: { 'content-type': BYTES, 'upload-offset': 0 } });
  const send = async (from: number, to: number) => {
    for (let at = from; at < to; at += 10_000) {
      sent.write(bytes.subarray(at, Math.min(at + 10_000, to)));
      await sleep(30);
    }
  };
  await send(0, 200_000);
  await postgres.down('fast');
  await send(200_000, 400_000);
  await sleep(1_000);
  await postgres.up();
  sent.end(bytes.subarray(400_000));
  expect(await answer).toMatchObject({ status: 204, headers: { 'upload-offset': `${bytes.length}` } });
  const { body: dataset } = await api.operator.post('/v1/datasets', { upload_id: idOf(path) }).expect(202);
  expect(Buffer.from(await api.store.readBytes(`uploads/${dataset.id}/source`)).equals(bytes)).toBe(true);
});

it('takes no job from a worker whose lease ran out in an outage, before that worker could renew it', async () => {
  const { db } = api.app;
  const { projectId } = await db.projects.ensureBootstrap({ secret: TEST_KEY });
  const claim = await heldJob(db, projectId);
  await db.jobs.renewLease(claim, 1000);
  await postgres.down('fast');
  await sleep(OUTAGE_MS);
  await postgres.up();
  const statusOf = async () => (await db.jobs.get(projectId, claim.id)).status;
  const back = Date.now();
  while (Date.now() - back < LEASE_MS - 5000) {
    expect(await statusOf()).toBe('running');
    await sleep(500);
  }
  // But a worker that does not come back is given up.
  await expect.poll(statusOf, { timeout: 30_000, interval: 500 }).toBe('queued');
  expect(Date.now() - back).toBeGreaterThan(LEASE_MS - 1000);
});

it('refuses every operation for now, but those that need no database', async () => {
  const operations = await operationsOf(api.app);
  await postgres.down('fast');
  try {
    for (const { method, path, isPublic } of operations.filter(({ isPublic }) => !isPublic)) {
      const body = method === 'post' || method === 'patch' ? {} : undefined;
      const seen = await send(path.replaceAll(/\{\w+\}/g, 'x'), method.toUpperCase(), body);
      expect({ path, isPublic, status: seen.status }).toEqual({ path, isPublic, status: 503 });
      expect(Number(seen.retryAfter)).toBeGreaterThan(0);
    }
    expect((await send('/healthz')).status).toBe(200);
    expect((await send('/readyz')).status).toBe(503);
  } finally {
    await postgres.up();
  }
  await expect.poll(async () => (await send('/readyz')).status, { timeout: 10_000 }).toBe(200);
});
