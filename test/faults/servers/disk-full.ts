// The disk of the object store is full while a training writes its checkpoints, and has room again later.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, List, LogLine } from '@trainyard/contracts';
import { expect } from 'vitest';
import { buildImageFolderZip } from '../../fixtures/index.js';
import { createSmallDisk } from '../../setup/small-disk.js';
import { ended, jobThat, readyDataset } from '../../worker/trainyard.js';
import { killChildren } from '../fleet.js';
import { type FaultContext, type FaultResult, type FaultScenario, FORM } from '../harness.js';
import { Ballast } from './ballast.js';
import { expectOneStory, expectWholeCheckpoints, outcomeOf } from './outcome.js';
import { type KnownJob, leftAlone, submitOne } from './prepared.js';
import { type Stack, startStack } from './stack.js';

const DISK_BYTES = 24 * 1024 * 1024;
const EPOCHS = 60;
/** How long the disk stays full. */
const FULL_MS = { short: 1000, full: 8000 };
const PATIENCE_MS = 120_000;

export const diskFull: FaultScenario = {
  name: 'The disk is full while checkpoints are written, and has room again later',
  rounds: { short: 1, full: 5 },
  limitSeconds: { short: 240, full: 600 },
  run,
};

async function run(context: FaultContext, rounds: number): Promise<FaultResult> {
  const disk = createSmallDisk(context, DISK_BYTES);
  const stack = await startStack(1, disk);
  const { id } = await readyDataset(stack);
  const known = await leftAlone(stack, id, EPOCHS);
  let whole = 0;
  for (let round = 1; round <= rounds; round++) {
    // Every other trainer does not live to see the room.
    whole += await fillDuring(context, stack, known, new Ballast(disk), round % 2 === 0);
  }
  await stack.end();
  return {
    checked: `${rounds} jobs waited for room and came to what one that was left alone came to; ${whole} checkpoints were whole while the disk was full; uploads were refused with 507`,
  };
}

/** Answers how many checkpoints were there, and whole, while the disk was full. */
async function fillDuring(
  context: FaultContext,
  stack: Stack,
  { body, expected }: KnownJob,
  ballast: Ballast,
  isTrainerKilled: boolean,
): Promise<number> {
  const id = await submitOne(stack, { ...body, name: 'disk full' });
  const epoch = context.dice.between(2, 6);
  await jobThat(stack, id, (job) => ended(job) || (job.progress?.epoch ?? 0) >= epoch);
  await fillUntilNoticed(stack, id, ballast, 1);
  if (isTrainerKilled) await killTrainer(stack, id, ballast);
  await sleep(FULL_MS[FORM]);
  const whole = await expectHeldUp(stack, id);
  await expectUploadRefused(stack);
  const { progress } = await stack.db.jobs.get(stack.projectId, id);
  await ballast.release();
  const freedAt = Date.now();
  const beyond = progress?.step ?? 0;
  await jobThat(stack, id, (job) => ended(job) || (job.progress?.step ?? 0) > beyond);
  context.recovered(Date.now() - freedAt);
  expect(await outcomeOf(stack, id, PATIENCE_MS)).toEqual(expected);
  const { attempt } = await stack.db.jobs.get(stack.projectId, id);
  expect(attempt, 'attempts: waiting costs none').toBe(isTrainerKilled ? 2 : 1);
  await expectWholeCheckpoints(stack, id);
  await expectOneStory(stack.environment.DATABASE_URL, id);
  return whole;
}

/** Fills the disk, again where something was removed, until the attempt at the job says that it waits for room. */
async function fillUntilNoticed(stack: Stack, id: string, ballast: Ballast, attempt: number): Promise<void> {
  const path = `/v1/jobs/${id}/logs?level=warning&attempt=${attempt}&limit=100`;
  const isNoticed = async () => {
    await ballast.fill();
    const { data } = await stack.client.read<List<LogLine>>(path);
    return data.some(({ message }) => message.includes('full'));
  };
  await expect.poll(isNoticed, { timeout: 60_000, interval: 100 }).toBe(true);
}

/** The next attempt goes on from a checkpoint, and finds the disk full as well. */
async function killTrainer(stack: Stack, id: string, ballast: Ballast): Promise<void> {
  const { attempt } = await stack.db.jobs.get(stack.projectId, id);
  for (const worker of stack.workers) await killChildren(worker);
  await jobThat(stack, id, (job) => ended(job) || job.attempt > attempt);
  await fillUntilNoticed(stack, id, ballast, attempt + 1);
}

/** The job is as it was: held by its worker, without an error, and every checkpoint that is listed can be used. */
async function expectHeldUp(stack: Stack, id: string): Promise<number> {
  expect(await stack.client.read<Job>(`/v1/jobs/${id}`)).toMatchObject({ status: 'running', error: null });
  const temporary = join(stack.environment.TRAINYARD_DATA_DIR, 'objects', '.incoming');
  await expect.poll(() => readdir(temporary), { timeout: 5_000 }).toEqual([]);
  const whole = await expectWholeCheckpoints(stack, id);
  expect(whole).toBeGreaterThan(0);
  return whole;
}

async function expectUploadRefused({ client }: Stack): Promise<void> {
  const form = new FormData();
  const archive = await buildImageFolderZip({ classes: 2, perClass: 20, size: 32 });
  form.set('file', new Blob([new Uint8Array(archive)]), 'images.zip');
  const answer = await client.send('/v1/datasets', { method: 'POST', body: form });
  expect(answer).toMatchObject({ status: 507, contentType: expect.stringContaining('application/problem+json') });
  const { data } = await client.read<List<{ id: string }>>('/v1/datasets');
  expect(data).toHaveLength(1);
}
