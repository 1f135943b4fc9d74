// The API as a process: its first key, its restarts, and how it ends.
import { createServer } from 'node:net';
import { openDatabase } from '@trainyard/db';
import { expect, it } from 'vitest';
import { startCuttingProxy } from '../db/cutting-proxy.js';
import { queuedJob } from '../db/rows.js';
import {
  atEnd,
  createTestEnvironment,
  type Program,
  startApi,
  TEST_KEY,
  type TestEnvironment,
} from '../setup/index.js';

const get = (api: Program, path: string, key: string, accept = 'application/json') =>
  fetch(`http://127.0.0.1:${api.port}${path}`, { headers: { authorization: `Bearer ${key}`, accept } });

async function openDefaultProject({ DATABASE_URL }: TestEnvironment) {
  const db = openDatabase(DATABASE_URL);
  atEnd(() => db.close());
  const { projectId } = await db.projects.ensureBootstrap({ secret: TEST_KEY });
  return { db, projectId };
}

it('hands over a first key once, when none is given, and never logs it', async () => {
  const environment = { ...(await createTestEnvironment()), TRAINYARD_API_KEY: '' };
  const first = await startApi(environment);
  const key = String(first.ready.bootstrapKey);
  expect(key).toMatch(/^ty_/);
  expect((await get(first, '/v1/projects', key)).status).toBe(200);
  expect(first.log()).not.toContain(key);
  expect(await first.stop()).toBe(0);

  const second = await startApi(environment);
  expect(second.ready.bootstrapKey).toBeUndefined();
  expect((await get(second, '/v1/projects', key)).status).toBe(200);
});

it('ends with code 0 while a client follows a job, and finds everything again when it is started', async () => {
  const environment = await createTestEnvironment();
  const { db, projectId } = await openDefaultProject(environment);
  const job = await queuedJob(db, projectId);
  const before = await startApi(environment);
  const seen = await (await get(before, `/v1/jobs/${job.id}`, TEST_KEY)).json();
  const following = await get(before, `/v1/jobs/${job.id}/events`, TEST_KEY, 'text/event-stream');
  const [text, code] = await Promise.all([following.text(), before.stop()]);
  expect(code).toBe(0);
  expect(text).toContain('event: status');
  const after = await startApi(environment);
  expect(await (await get(after, `/v1/jobs/${job.id}`, TEST_KEY)).json()).toEqual(seen);
});

it('waits for a database that comes after it', async () => {
  const environment = await createTestEnvironment();
  const proxy = await startCuttingProxy(environment.DATABASE_URL);
  proxy.refuseNext(3);
  const api = await startApi({ ...environment, DATABASE_URL: proxy.url });
  expect(api.log()).toContain('waits for PostgreSQL');
  expect((await get(api, '/v1/projects', TEST_KEY)).status).toBe(200);
});

it('says so when its port is taken', async () => {
  const environment = await createTestEnvironment();
  const occupant = createServer();
  await new Promise<void>((resolve) => occupant.listen(Number(environment.TRAINYARD_PORT), '127.0.0.1', resolve));
  atEnd(() => occupant.close());
  await expect(startApi(environment)).rejects.toThrow(/EADDRINUSE.*TRAINYARD_PORT/);
});

it('says what is wrong in its environment, without the secrets in it', async () => {
  const environment = {
    ...(await createTestEnvironment()),
    TRAINYARD_PORT: 'http',
    DATABASE_URL: 'mysql://u:secret@h/d',
  };
  const failure = await startApi(environment).then(
    () => undefined,
    (error: Error) => error.message,
  );
  expect(failure).toMatch(/DATABASE_URL/);
  expect(failure).toMatch(/TRAINYARD_PORT/);
  expect(failure).not.toContain('secret');
});
