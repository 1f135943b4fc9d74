import { once } from 'node:events';
import type { Job } from '@trainyard/contracts';
import { expect, it } from 'vitest';
import { checkpointsOf, ended, jobThat, metricsOf, readyDataset, startTrainyard, submit } from './trainyard.js';

/** Longer than a worker was given to end before it could be told how long; shorter than it is given now. */
const CHECKPOINT_MS = 11_000;

it('a worker that is told to stop waits for a slow checkpoint, from which another goes on to the same bytes', async () => {
  const trainyard = await startTrainyard();
  const preload = new URL(`./slow-checkpoints.mjs?ms=${CHECKPOINT_MS}`, import.meta.url);
  const slow = await trainyard.startWorker({ NODE_OPTIONS: `--import ${preload}` });
  const dataset = await readyDataset(trainyard);
  const training = { epochs: 40, batch_size: 16, checkpoints: { keep: 100, every_epochs: 1000 } };
  const { id } = await submit(trainyard, dataset.id, training, 'cpu');
  await jobThat(trainyard, id, (job) => ended(job) || (job.progress?.epoch ?? 0) > 4);
  expect(await checkpointsOf(trainyard, id)).toEqual([]);

  const told = Date.now();
  slow.process.kill('SIGTERM');
  const [code] = await once(slow.process, 'exit');
  expect(code).toBe(0);
  expect(Date.now() - told).toBeGreaterThan(CHECKPOINT_MS - 1000);
  const handedBack = await trainyard.db.jobs.get(trainyard.projectId, id);
  expect(handedBack).toMatchObject({ status: 'queued', attempt: 1, worker: null });
  const [checkpoint, ...others] = await checkpointsOf(trainyard, id);
  expect(others).toEqual([]);
  const steps = await metricsOf(trainyard, id, 'step');
  expect(checkpoint.step).toBe(steps.at(-1)?.step);

  await trainyard.startWorker();
  const resumed = await jobThat(trainyard, id, ended);
  expect(resumed).toMatchObject({ status: 'succeeded', attempt: 2 });
  const { id: leftAlone } = await submit(trainyard, dataset.id, training, 'cpu');
  const reference = await jobThat(trainyard, leftAlone, ended);
  const last = async (job: Job) => (await checkpointsOf(trainyard, job.id)).at(-1)?.digest;
  expect(await last(resumed)).toBe(await last(reference));
  expect(await metricsOf(trainyard, id, 'step')).toEqual(await metricsOf(trainyard, leftAlone, 'step'));
}, 300_000);
