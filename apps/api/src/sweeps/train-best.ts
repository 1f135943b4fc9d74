/** The job that trains the best settings of a sweep once more. */
import { type Assignment, type TrainBest, TrainyardError } from '@trainyard/contracts';
import type { Database, NewJob, SweepRow } from '@trainyard/db';
import { type KnownTrial, knownTrials, leaders } from './sweep-view.js';
import { resolveTrial } from './trial-job.js';

/** Throws `conflict` where no trial has a value yet, and what `POST /v1/jobs` would. */
export async function resolveBest(db: Database, sweep: SweepRow, asked: TrainBest): Promise<NewJob> {
  const { record } = chosen(sweep, await knownTrials(db, sweep), asked.trial);
  const { epochs, seed } = asked;
  const changes: Assignment = {
    ...(epochs === undefined ? {} : { '/training/epochs': epochs }),
    ...(seed === undefined ? {} : { '/training/seed': seed }),
  };
  const name = asked.name ?? `${sweep.name ?? sweep.id}: best, trial ${record.number}`.slice(-200);
  return resolveTrial(db, { ...sweep, name }, { ...record.assignment, ...changes });
}

function chosen(sweep: SweepRow, trials: readonly KnownTrial[], asked: number | undefined): KnownTrial {
  if (asked !== undefined) {
    const trial = trials.find(({ record }) => record.number === asked);
    if (trial) return trial;
    const detail = `Expected a number from 1 to ${trials.length}; received ${asked}.`;
    throw new TrainyardError('invalid_request', detail, { errors: [{ pointer: '/trial', detail }] });
  }
  const [best] = leaders(sweep, trials);
  if (best) return best;
  throw new TrainyardError('conflict', `No trial of the sweep ${sweep.id} has a value yet. Wait for its first epochs.`);
}
