// A training whose disk is full: it waits with its checkpoint, and is still told what to do.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogLine } from '@trainyard/contracts';
import { expect, it } from 'vitest';
import { createSmallDisk } from '../setup/small-disk.js';
import { checkpointsOf, ended, jobThat, readyDataset, startTrainyard, submit } from './trainyard.js';

const DISK_BYTES = 8 * 1024 * 1024;

it('waits with its checkpoint, and is paused or cancelled all the same', async (context) => {
  const disk = createSmallDisk(context, DISK_BYTES);
  const trainyard = await startTrainyard({ TRAINYARD_DATA_DIR: disk });
  const { db, projectId } = trainyard;
  const worker = await trainyard.startWorker();
  const dataset = await readyDataset(trainyard);
  const training = { epochs: 100_000, batch_size: 16, checkpoints: { keep: 1000 } };
  const { id } = await submit(trainyard, dataset.id, training, 'cpu');
  await jobThat(trainyard, id, ({ progress }) => (progress?.epoch ?? 0) > 2);
  const ballast = join(disk, 'ballast');
  await writeFile(ballast, new Uint8Array(DISK_BYTES)).catch(() => {});

  const warnings = async (): Promise<LogLine[]> =>
    (await db.jobLogs.list(projectId, id, { level: 'warning', limit: 100 })).data;
  await expect.poll(warnings, { timeout: 30_000 }).toHaveLength(1);
  expect((await warnings())[0].message).toContain('full');
  expect(await db.jobs.get(projectId, id)).toMatchObject({ status: 'running', attempt: 1 });

  await db.jobs.pause(projectId, id);
  await jobThat(trainyard, id, ({ status }) => status === 'paused', 5000);
  const kept = await checkpointsOf(trainyard, id);
  for (const { bytes, id: checkpoint } of kept) {
    const { storageKey } = await db.checkpoints.trainedModel(projectId, checkpoint);
    expect(await trainyard.store.stat(storageKey)).toEqual({ bytes });
  }

  await db.jobs.resume(projectId, id);
  await expect.poll(async () => (await warnings()).length, { timeout: 30_000 }).toBeGreaterThan(1);
  await rm(ballast);
  const newest = Math.max(...kept.map(({ step }) => step));
  await expect
    .poll(async () => Math.max(...(await checkpointsOf(trainyard, id)).map(({ step }) => step)), { timeout: 30_000 })
    .toBeGreaterThan(newest);
  expect((await db.jobs.get(projectId, id)).attempt).toBe(2);

  const before = (await warnings()).length;
  await writeFile(ballast, new Uint8Array(DISK_BYTES)).catch(() => {});
  await expect.poll(async () => (await warnings()).length, { timeout: 30_000 }).toBeGreaterThan(before);
  await db.jobs.cancel(projectId, id);
  expect((await jobThat(trainyard, id, ended, 5000)).status).toBe('cancelled');
  await worker.stop();
}, 240_000);
