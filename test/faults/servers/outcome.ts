// What a job leaves that its seed alone decides: whatever happened meanwhile, it must be the same.
import { createHash } from 'node:crypto';
import type { Checkpoint, Job } from '@trainyard/contracts';
import pg from 'pg';
import { expect } from 'vitest';
import { checkpointFile, checkpointsOf, ended, jobThat, metricsOf, type Trainyard } from '../../worker/trainyard.js';

export interface Outcome {
  status: Job['status'];
  error: Job['error'];
  test: object | null;
  best: object | null;
  steps: object[];
  epochs: object[];
  last: object | null;
}

/** Waits for the end of a job. */
export async function outcomeOf(trainyard: Trainyard, jobId: string, patienceMs: number): Promise<Outcome> {
  const { status, error, result } = await jobThat(trainyard, jobId, ended, patienceMs);
  const checkpoints = await checkpointsOf(trainyard, jobId);
  return {
    status,
    error,
    test: result?.test ?? null,
    best: decided(checkpoints.find(({ is_best }) => is_best)),
    steps: await metricsOf(trainyard, jobId, 'step'),
    epochs: (await metricsOf(trainyard, jobId, 'epoch')).map(withoutTimes),
    last: decided(checkpoints.at(-1)),
  };
}

/** How fast it was is no matter of the seed. */
const TIMES = ['images_per_s', 'duration_s'];

function withoutTimes(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !TIMES.includes(name)));
}

function decided(checkpoint: Checkpoint | undefined): object | null {
  if (checkpoint === undefined) return null;
  const { epoch, step, digest, bytes, metrics } = checkpoint;
  return { epoch, step, digest, bytes, metrics };
}

/** That each checkpoint which is listed is whole: its file has the digest of its row. */
export async function expectWholeCheckpoints(trainyard: Trainyard, jobId: string): Promise<number> {
  const checkpoints = await checkpointsOf(trainyard, jobId);
  for (const { id, digest, bytes } of checkpoints) {
    const file = await checkpointFile(trainyard, id);
    expect(file.length).toBe(bytes);
    expect(`sha256:${createHash('sha256').update(file).digest('hex')}`).toBe(digest);
  }
  return checkpoints.length;
}

/** That the events of a job are numbered without a gap, and that the last one tells of its end. */
export async function expectOneStory(databaseUrl: string, jobId: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const text = 'SELECT seq, type FROM job_events WHERE job_id = $1 ORDER BY seq';
    const { rows } = await client.query<{ seq: number; type: string }>(text, [jobId]);
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
    expect([rows.at(0)?.type, rows.at(-1)?.type]).toEqual(['status', 'status']);
  } finally {
    await client.end();
  }
}
