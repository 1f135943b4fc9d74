// A process that is stopped within a transaction (SIGSTOP) must not keep its locks for ever: everybody waits for them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { expect, it } from 'vitest';
import { atEnd } from '../setup/index.js';
import { createJob, openTestDatabase, readyDataset, WORKER } from './rows.js';

const SCRIPT = fileURLToPath(new URL('./frozen-process.mjs', import.meta.url));

const { db, url, projectId } = await openTestDatabase();

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

async function queuedJob(): Promise<string> {
  const dataset = await readyDataset(db, projectId);
  return (await createJob(db, projectId, dataset.id)).id;
}

/**
 * Runs the process until its transaction waits for a row that is locked here, stops it there, and lets the row go. The
 * answer continues the process and says what it printed.
 */
async function freeze(args: string[], row: [table: string, id: string]): Promise<() => Promise<string>> {
  const [holder, observer] = [await connect(), await connect()];
  atEnd(() => observer.end());
  await holder.query('BEGIN');
  await holder.query(`SELECT 1 FROM ${row[0]} WHERE id = $1 FOR NO KEY UPDATE`, [row[1]]);
  const child = spawn(process.execPath, [SCRIPT, url, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  atEnd(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  const waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  await expect.poll(async () => (await observer.query(waiting)).rows.length, { timeout: 20_000 }).toBe(1);
  child.kill('SIGSTOP');
  await holder.end();
  return async () => {
    child.kill('SIGCONT');
    await ended;
    return printed;
  };
}

it('a worker that freezes while it takes a job holds up the others for seconds, and takes nothing', async () => {
  const id = await queuedJob();
  const go = await freeze(['claim'], ['projects', projectId]);
  expect(await db.jobs.claimNext(WORKER)).toMatchObject({ id, attempt: 1 });
  expect(await go()).toMatch(/^refused: /);
  expect(await db.jobs.get(projectId, id)).toMatchObject({ attempt: 1, worker: WORKER.workerId });
});

it('a worker that freezes while it writes to its job loses the job, and writes nothing', async () => {
  const id = await queuedJob();
  expect(await db.jobs.claim(id, { ...WORKER, leaseMs: 1 })).not.toBeNull();
  const go = await freeze(['start', id], ['jobs', id]);
  expect(await db.jobs.requeueExpired()).toEqual([id]);
  expect(await go()).toMatch(/^refused: /);
  const { status, phases } = await db.jobs.get(projectId, id);
  expect({ status, reason: phases.at(-1)?.reason }).toEqual({ status: 'queued', reason: 'The worker went away.' });
});
