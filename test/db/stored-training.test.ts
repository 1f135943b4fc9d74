import { resolveTraining } from '@trainyard/contracts';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { checkpointAt, openTestDatabase, queuedJob, WORKER } from './rows.js';

const { db, url, projectId } = await openTestDatabase();

/** A job's training as the first version stored it. */
const FIRST_VERSION = {
  epochs: 7,
  batch_size: 24,
  optimizer: { type: 'sgd' as const, learning_rate: 0.1, momentum: 0.9 },
  loss: 'categorical_crossentropy' as const,
  metrics: ['accuracy' as const],
  normalization: 'unit' as const,
  checkpoints: { every_epochs: 1, keep: 3 },
  seed: 5,
};

async function jobOfFirstVersion(): Promise<string> {
  const { id } = await queuedJob(db, projectId);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('UPDATE jobs SET training = $1 WHERE id = $2', [JSON.stringify(FIRST_VERSION), id]);
  } finally {
    await client.end();
  }
  return id;
}

describe('a job that the first version stored', () => {
  const expected = resolveTraining(FIRST_VERSION);

  it('is shown and listed with the training in its present form', async () => {
    const id = await jobOfFirstVersion();
    expect((await db.jobs.get(projectId, id)).training).toEqual(expected);
    const { data } = await db.jobs.list(projectId);
    expect(data.find((job) => job.id === id)?.training).toEqual(expected);
  });

  it('is taken, and after a checkpoint served, in the same form', async () => {
    const id = await jobOfFirstVersion();
    const claim = await claimOf(id);
    expect(claim.training).toEqual(expected);
    await db.jobs.start(claim);
    const { checkpoint } = await db.checkpoints.record(claim, checkpointAt(1, true));
    expect((await db.checkpoints.trainedModel(projectId, checkpoint.id)).training).toEqual(expected);
  });

  it('is paused, resumed and taken again', async () => {
    const id = await jobOfFirstVersion();
    await db.jobs.pause(projectId, id);
    expect((await db.jobs.resume(projectId, id)).status).toBe('queued');
    expect((await claimOf(id)).training).toEqual(expected);
  });
});

async function claimOf(id: string) {
  const claim = await db.jobs.claim(id, WORKER);
  if (claim === null) throw new Error('the job could not be taken');
  return claim;
}
