// The health check of the worker's container against a real database.
import { execFile } from 'node:child_process';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '@trainyard/db';
import { expect, it } from 'vitest';
import { atEnd, createTestDatabase } from '../setup/index.js';

const SCRIPT = fileURLToPath(new URL('../../docker/worker-health.mjs', import.meta.url));

function exitCode(url: string): Promise<number> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [SCRIPT], { env: { ...process.env, DATABASE_URL: url } });
    child.once('close', (code) => resolve(code ?? -1));
  });
}

it('is healthy only while a worker of this host has a fresh heartbeat', async () => {
  const url = await createTestDatabase();
  const db = openDatabase(url);
  atEnd(() => db.close());
  const worker = { pid: 1, devices: [] };
  await db.workers.register({ ...worker, host: `not-${hostname()}` });
  expect(await exitCode(url)).toBe(1);
  const id = await db.workers.register({ ...worker, host: hostname() });
  expect(await exitCode(url)).toBe(0);
  await db.workers.remove(id);
  expect(await exitCode(url)).toBe(1);
});
