/** Divides what is known into the few best trials and the others, as Optuna's TPESampler does. */
import type { Assignment } from '@trainyard/contracts';
import { bestOf, epochsOf, type Search, type TrialRecord } from '../search.js';

export interface Split {
  readonly best: readonly Assignment[];
  readonly others: readonly Assignment[];
  /** How many trials have told something. */
  readonly told: number;
}

/** One trial of ten, 25 at most. */
function sizeOfBest(told: number): number {
  return Math.min(Math.ceil(0.1 * told), 25);
}

/**
 * Trials that went farther come first, then those with better values; failed ones are the last. Those in hand count among
 * the others, so that trials at the same time do not try the same ("constant liar").
 */
export function splitTrials(trials: readonly TrialRecord[], { goal, epochs }: Search): Split {
  const sign = goal === 'maximize' ? -1 : 1;
  const told = trials.filter((trial) => hasTold(trial));
  const scored = told.map((trial) => {
    const best = trial.state === 'failed' ? null : bestOf(trial.curve, goal);
    const reached = trial.state === 'ended' ? epochs : epochsOf(trial);
    return { trial, reached: best === null ? -1 : reached, cost: best === null ? 0 : sign * best.value };
  });
  scored.sort((a, b) => b.reached - a.reached || a.cost - b.cost || a.trial.number - b.trial.number);
  const best = scored.slice(0, sizeOfBest(told.length)).map(({ trial }) => trial);
  const others = trials.filter((trial) => !best.includes(trial) && (hasTold(trial) || trial.state === 'active'));
  const byNumber = (some: readonly TrialRecord[]) =>
    [...some].sort((a, b) => a.number - b.number).map(({ assignment }) => assignment);
  return { best: byNumber(best), others: byNumber(others), told: told.length };
}

function hasTold({ state, curve }: TrialRecord): boolean {
  return state === 'failed' || (state !== 'active' && curve.length > 0);
}
