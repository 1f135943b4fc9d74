import { type Job, resolveTraining } from '@trainyard/contracts';
import pg from 'pg';
import { expect, it } from 'vitest';
import { atEnd } from '../../setup/index.js';
import { checkpointsOf, ended, jobThat, metricsOf, submit, type Trainyard } from '../trainyard.js';
import { oneWorker } from './shared.js';

/** A job's training as the first version stored it, and as it is posted today. */
const FIRST_VERSION = {
  // Enough to be paused before its end, also on a fast machine.
  epochs: 90,
  batch_size: 16,
  optimizer: { type: 'adam' as const, learning_rate: 0.002, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 },
  loss: 'categorical_crossentropy' as const,
  metrics: ['accuracy' as const],
  normalization: 'unit' as const,
  checkpoints: { every_epochs: 1, keep: 100 },
  seed: 5,
};

it('goes on with a job that the first version has begun, to the same bytes', async () => {
  const { trainyard, dataset } = await oneWorker();
  const { db, projectId, databaseUrl } = trainyard;
  const sql = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  atEnd(() => sql.end());
  const { id } = await submit(trainyard, dataset.id, FIRST_VERSION, 'cpu');
  await jobThat(trainyard, id, (job) => ended(job) || (job.progress?.epoch ?? 0) > 2);
  await db.jobs.pause(projectId, id);
  const paused = await jobThat(trainyard, id, ({ status }) => status !== 'running');
  expect(paused.status).toBe('paused');
  // Its plan did not name the processor either, and its progress not the time.
  await sql.query(
    `UPDATE jobs SET training = $1, plan = plan - 'cpu', progress = progress - 'elapsed_s' WHERE id = $2`,
    [JSON.stringify(FIRST_VERSION), id],
  );
  await db.jobs.resume(projectId, id);
  const resumed = await jobThat(trainyard, id, ended);
  expect(resumed).toMatchObject({ status: 'succeeded', attempt: 2, exact: true });
  expect(resumed.training).toEqual(resolveTraining(FIRST_VERSION));

  const undisturbed = await submit(trainyard, dataset.id, FIRST_VERSION, 'cpu');
  const reference = await jobThat(trainyard, undisturbed.id, ended);
  expect(await wholeEpochs(trainyard, resumed)).toHaveLength(FIRST_VERSION.epochs);
  expect(await wholeEpochs(trainyard, resumed)).toEqual(await wholeEpochs(trainyard, reference));
  expect(await metricsOf(trainyard, id, 'step')).toEqual(await metricsOf(trainyard, reference.id, 'step'));
}, 240_000);

/** The digest after each epoch. */
async function wholeEpochs(trainyard: Trainyard, { id, progress }: Job): Promise<string[]> {
  const stepsOfEpoch = (progress?.steps ?? 0) / FIRST_VERSION.epochs;
  const checkpoints = await checkpointsOf(trainyard, id);
  return checkpoints.filter(({ step }) => step % stepsOfEpoch === 0).map(({ digest }) => digest);
}
