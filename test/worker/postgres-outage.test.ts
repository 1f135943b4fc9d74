// A training while PostgreSQL is away: for less time than a lease lasts, and for longer.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { beforeAll, expect, it } from 'vitest';
import { expectOneStory, outcomeOf } from '../faults/servers/outcome.js';
import { type KnownJob, leftAlone, submitOne } from '../faults/servers/prepared.js';
import { type Stack, startStack } from '../faults/servers/stack.js';
import type { Program } from '../setup/index.js';
import { descendantsOf, untilGone } from './processes.js';
import { jobThat, readyDataset } from './trainyard.js';

const PATIENCE_MS = 90_000;
const LEASE_MS = 12_000;
/** Less than the time after which a worker gives up. */
const SHORT_MS = 6000;
const EPOCHS = 80;

let stack: Stack;
let worker: Program;
let known: KnownJob;

beforeAll(async () => {
  stack = await startStack(0);
  worker = await stack.startWorker();
  const { id } = await readyDataset(stack);
  known = await leftAlone(stack, id, EPOCHS);
});

async function runningJob(name: string): Promise<string> {
  const id = await submitOne(stack, { ...known.body, name });
  await jobThat(stack, id, ({ progress }) => (progress?.epoch ?? 0) > 5);
  return id;
}

/** The epochs that the events of a job tell of. */
async function epochsTold(id: string): Promise<number[]> {
  const client = new pg.Client({ connectionString: stack.environment.DATABASE_URL });
  await client.connect();
  try {
    const text = `SELECT data->'epoch' AS epoch FROM job_events WHERE job_id = $1 AND type = 'epoch' ORDER BY seq`;
    const { rows } = await client.query<{ epoch: number }>(text, [id]);
    return rows.map(({ epoch }) => epoch);
  } finally {
    await client.end();
  }
}

/** That a job has ended as it does when it is left alone. */
async function expectSameEnd(id: string, attempt: number): Promise<void> {
  expect(await outcomeOf(stack, id, PATIENCE_MS)).toEqual(known.expected);
  const job = await stack.db.jobs.get(stack.projectId, id);
  expect(job, `${JSON.stringify(job.phases)}\n${worker.log()}`).toMatchObject({ attempt, error: null });
  await expectOneStory(stack.environment.DATABASE_URL, id);
}

it('waits through an outage that is shorter than its lease: no attempt is lost, nothing is written twice', async (context) => {
  const id = await runningJob('short');
  const trainers = await descendantsOf(worker.process.pid ?? 0);
  const begun = performance.now();
  await stack.postgres.down('immediate');
  await sleep(3000);
  expect(await descendantsOf(worker.process.pid ?? 0)).toEqual(trainers);
  await stack.postgres.up();
  if (performance.now() - begun > SHORT_MS) context.skip('PostgreSQL took as long as a lease to start');
  await expectSameEnd(id, 1);
  expect(await epochsTold(id)).toEqual(Array.from({ length: EPOCHS }, (_, index) => index + 1));
});

it('stops the trainer before the lease can end, and goes on once PostgreSQL is back', async () => {
  const id = await runningJob('long');
  const trainers = await descendantsOf(worker.process.pid ?? 0);
  expect(trainers).toHaveLength(1);
  await stack.postgres.down('fast');
  await untilGone(trainers, LEASE_MS);
  await stack.postgres.up();
  await expectSameEnd(id, 2);
  const { phases } = await stack.db.jobs.get(stack.projectId, id);
  expect(phases.map(({ reason }) => reason)).toContain('The database could not be reached.');
  expect(worker.process.exitCode).toBeNull();
});
