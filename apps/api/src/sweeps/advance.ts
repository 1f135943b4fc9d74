/** Takes a sweep as far as it goes now: begins trials, lets them go on, or ends it. */
import { ERROR_KINDS, type ErrorRecord, TrainyardError, toErrorRecord } from '@trainyard/contracts';
import { type Database, type SweepFence, SweepMovedOnError, type SweepRow } from '@trainyard/db';
import { type Decision, decide } from '@trainyard/tuning';
import { inHand, searchOf } from './search-of.js';
import { type KnownTrial, knownTrials, outcomesOf } from './sweep-view.js';
import { resolveTrial } from './trial-job.js';

type Beginning = Extract<Decision, { type: 'begin' }>;

/**
 * One decision after the other, each on what the one before has led to. Two processes may do so at once: the second
 * change of a revision is refused. Answers whether there is something for the workers.
 */
export async function advance(db: Database, { projectId, id }: Pick<SweepRow, 'projectId' | 'id'>): Promise<boolean> {
  let changed = false;
  try {
    while (await step(db, projectId, id)) changed = true;
  } catch (error) {
    if (!(error instanceof SweepMovedOnError)) throw error;
  }
  return changed;
}

/** False where nothing is left to do for now. */
async function step(db: Database, projectId: string, id: string): Promise<boolean> {
  const sweep = await db.sweeps.get(projectId, id);
  if (sweep.status !== 'running') return false;
  const trials = await knownTrials(db, sweep);
  const search = searchOf(sweep.settings);
  const parallel = sweep.settings.parallel ?? (await jobSlots(db));
  if (inHand(trials.map(({ row }) => row)) >= parallel) return false;
  const decision = decide(
    search,
    trials.map(({ record }) => record),
  );
  const fence = { sweepId: id, revision: sweep.revision };
  switch (decision.type) {
    case 'wait':
      return false;
    case 'begin':
      await begin(db, sweep, decision);
      return true;
    case 'promote': {
      const holdAtEpoch = holdAt(sweep, decision.until);
      await db.sweeps.promote(fence, { number: decision.number, holdAtEpoch });
      return true;
    }
    case 'end':
      await end(db, fence, trials);
      return false;
  }
}

/** How many jobs the workers that are attached train at once; a sweep that none is there for has one trial that waits. */
async function jobSlots(db: Database): Promise<number> {
  const workers = await db.workers.alive();
  return Math.max(
    1,
    workers.reduce((sum, worker) => sum + worker.jobSlots, 0),
  );
}

function holdAt({ settings }: SweepRow, until: number): number | null {
  return settings.strategy === 'asha' && until < settings.epochs ? until : null;
}

/** Makes the job of a trial. Settings that make none are noted with the reason, and the search goes on. */
async function begin(db: Database, sweep: SweepRow, { number, assignment, until }: Beginning): Promise<void> {
  const trial = { sweepId: sweep.id, revision: sweep.revision, number, parameters: assignment };
  const name = `${sweep.name ?? sweep.id}: trial ${number}`.slice(-200);
  try {
    const job = await resolveTrial(db, { ...sweep, name }, assignment);
    await db.jobs.create({ ...job, trial: { ...trial, holdAtEpoch: holdAt(sweep, until) } });
  } catch (error) {
    if (!(error instanceof TrainyardError) || ERROR_KINDS[error.code].retryable) throw error;
    await db.sweeps.refuse(trial, toErrorRecord(error));
  }
}

async function end(db: Database, fence: SweepFence, trials: readonly KnownTrial[]): Promise<void> {
  const found = trials.some(({ record }) => record.state !== 'failed' && record.curve.length > 0);
  const outcomes = outcomesOf(trials, 'pruned');
  await db.sweeps.finish(fence, {
    status: found ? 'succeeded' : 'failed',
    error: found ? null : failure(trials),
    outcomes,
  });
}

function failure(trials: readonly KnownTrial[]): ErrorRecord {
  const last = trials.findLast(({ row }) => row.error !== null)?.row.error;
  const message = 'No trial came to a value of the objective.';
  return last ? { ...last, message: `${message} The last one: ${last.message}` } : { code: 'conflict', message };
}
