// What a training has left that must not depend on what befell it, and what must hold of any job that has ended.
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { Trainyard } from '../worker/trainyard.js';
import type { Row, Rows } from './rows.js';

/** The same for every run of a training, to the bit. */
export interface Trace {
  /** Those of whole epochs; others may be written where an attempt has ended. */
  checkpoints: { step: number; digest: string }[];
  steps: Row[];
  /** Without the times that they took. */
  epochs: Row[];
  stopReason: string | undefined;
  test: Record<string, number> | null | undefined;
  best: { epoch: number; metrics: Record<string, number> } | null;
}

export async function traceOf(trainyard: Trainyard, rows: Rows, jobId: string): Promise<Trace> {
  const { result, best } = await trainyard.db.jobs.get(trainyard.projectId, jobId);
  const epochs = await rows.metrics(jobId, 'epoch');
  const checkpoints = await rows.checkpoints(jobId);
  return {
    checkpoints: checkpoints.filter((row) => row.epoch_complete).map(({ step, digest }) => ({ step, digest })),
    steps: await rows.metrics(jobId, 'step'),
    epochs: epochs.map(({ images_per_s: _, duration_s: __, ...figures }) => figures),
    stopReason: result?.stop_reason,
    test: result?.test,
    best: best && { epoch: best.epoch, metrics: best.metrics },
  };
}

/** Throws unless a job has succeeded exactly once, each attempt was one worker's, and no event is missing. */
export async function checkHistory(rows: Rows, jobId: string): Promise<void> {
  const statuses = await rows.statuses(jobId);
  expect(statuses.at(-1)?.status, `the last status of ${jobId}`).toBe('succeeded');
  expect(statuses.filter(({ status }) => status === 'succeeded')).toHaveLength(1);
  const attempts = statuses.filter(({ status }) => status === 'preparing').map(({ attempt }) => attempt);
  expect(attempts, `the attempts at ${jobId}`).toEqual(attempts.map((_, index) => index + 1));
  const seqs = await rows.eventSeqs(jobId);
  expect(seqs, `the events of ${jobId}`).toEqual(seqs.map((_, index) => index + 1));
}

/** Throws unless every checkpoint that is listed is there, whole. Answers how many there are. */
export async function checkFiles({ store }: Trainyard, rows: Rows, jobId: string): Promise<number> {
  const checkpoints = await rows.checkpoints(jobId);
  for (const { storage_key: key, digest, step } of checkpoints) {
    const bytes = await store.readBytes(key).catch(() => null);
    // The row may have been pruned since it was read.
    if (bytes === null && !(await rows.checkpoints(jobId)).some((row) => row.storage_key === key)) continue;
    const found = bytes === null ? 'no file' : `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    expect(found, `the checkpoint of ${jobId} at step ${step}`).toBe(digest);
  }
  return checkpoints.length;
}
