/** A stored sweep as the search that the strategies know. */
import type { SweepSettings } from '@trainyard/contracts';
import type { TrialOutcome, TrialRow } from '@trainyard/db';
import {
  type AshaRules,
  epochsOf,
  readSpace,
  rungsOf,
  type Search,
  type TrialRecord,
  type TrialState,
} from '@trainyard/tuning';

export function searchOf(settings: SweepSettings): Search {
  const { strategy, objective, seed, epochs } = settings;
  return {
    parameters: readSpace(settings.space),
    strategy,
    goal: objective.goal,
    seed,
    epochs,
    maxTrials: settings.max_trials,
    maxEpochs: settings.max_epochs,
    asha: rulesOf(settings),
  };
}

function rulesOf({ asha }: SweepSettings): AshaRules {
  return { minEpochs: asha.min_epochs, factor: asha.reduction_factor, sampler: asha.sampler };
}

/** Of ASHA; null for the strategies that train every trial to its end. */
export function rungsOfSweep(settings: SweepSettings): number[] | null {
  const { strategy, epochs } = settings;
  return strategy === 'asha' ? rungsOf({ epochs, asha: rulesOf(settings) }) : null;
}

export function recordOf(row: TrialRow, { epochs }: Pick<SweepSettings, 'epochs'>): TrialRecord {
  const points = row.jobId === null && row.outcome !== null ? row.outcome.curve : row.curve;
  const curve = points.map(([epoch, value]) => ({ epoch, value }));
  const until = row.holdAtEpoch ?? epochs;
  return { number: row.number, assignment: row.parameters, state: stateOf(row, until), until, curve };
}

/** A job that a user has paused is in hand; one that waits at its rung is not. */
function stateOf(row: TrialRow, until: number): TrialState {
  switch (row.jobStatus) {
    case 'queued':
    case 'preparing':
    case 'running':
      return 'active';
    case 'paused':
      return isHeld(row, until) ? 'waiting' : 'active';
    case 'succeeded':
      return 'ended';
    case 'cancelled':
      return 'cancelled';
    case 'failed':
      return 'failed';
    case null:
      return stateWithoutJob(row.outcome);
  }
}

/** Of a trial whose settings made no job, or whose job was deleted after the sweep. */
function stateWithoutJob(outcome: TrialOutcome | null): TrialState {
  if (outcome === null || outcome.status === 'failed') return 'failed';
  return outcome.status === 'succeeded' ? 'ended' : 'cancelled';
}

/** Whether a paused job has trained as far as it was to. */
export function isHeld({ holdAtEpoch, curve }: TrialRow, until: number): boolean {
  const trained = epochsOf({ curve: curve.map(([epoch, value]) => ({ epoch, value })) });
  return holdAtEpoch !== null && trained >= until;
}

/** How many of the trials keep a worker, or will. */
export function inHand(rows: readonly TrialRow[]): number {
  const busy = ['queued', 'preparing', 'running'];
  return rows.filter(({ jobStatus }) => jobStatus !== null && busy.includes(jobStatus)).length;
}
