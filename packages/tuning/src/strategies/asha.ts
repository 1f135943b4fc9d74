/**
 * Asynchronous successive halving (Li et al., 2020, algorithm 2): a trial goes on from a rung as soon as it is among the
 * best 1/factor of those that have reached it; where there is none such, a new one begins.
 */
import { epochsOf, ranked, type Search, type TrialRecord } from '../search.js';

export interface Promotion {
  readonly number: number;
  readonly until: number;
}

/** The epochs after which trials are compared, and the last at which they end. */
export function rungsOf({ epochs, asha: { minEpochs, factor } }: Pick<Search, 'epochs' | 'asha'>): number[] {
  const rungs: number[] = [];
  for (let epoch = minEpochs; epoch < epochs; epoch *= factor) rungs.push(epoch);
  return [...rungs, epochs];
}

/** The first promotion that is due and that may be paid for, from the top rung down; null where there is none. */
export function promotionDue(
  search: Search,
  trials: readonly TrialRecord[],
  affords: (promotion: Promotion) => boolean,
): Promotion | null {
  const rungs = rungsOf(search);
  for (let rung = rungs.length - 2; rung >= 0; rung--) {
    const reached = reachedRung(search, trials, rungs[rung]);
    const quota = Math.floor(reached.length / search.asha.factor);
    for (const trial of reached.slice(0, quota)) {
      const promotion = { number: trial.number, until: rungs[rung + 1] };
      if (waitsAt(trial, rungs[rung]) && affords(promotion)) return promotion;
    }
  }
  return null;
}

/**
 * Once no other trial is to come: the best of the highest rung goes on, so that at least one trial is trained to its end,
 * where the numbers are too small for the rule.
 */
export function closingPromotion(search: Search, trials: readonly TrialRecord[]): Promotion | null {
  const rungs = rungsOf(search);
  if (trials.some(({ state }) => state === 'ended')) return null;
  for (let rung = rungs.length - 2; rung >= 0; rung--) {
    const next = reachedRung(search, trials, rungs[rung]).find((trial) => waitsAt(trial, rungs[rung]));
    if (next) return { number: next.number, until: rungs[rung + 1] };
  }
  return null;
}

/** Best first, by the best epoch up to the rung. One that ended before it counts with what it had. */
function reachedRung({ goal }: Search, trials: readonly TrialRecord[], epoch: number): TrialRecord[] {
  const there = trials.filter((trial) => epochsOf(trial) >= epoch || trial.state === 'ended');
  return ranked(there, goal, epoch).map(({ trial }) => trial);
}

function waitsAt({ state, until }: TrialRecord, epoch: number): boolean {
  return state === 'waiting' && until === epoch;
}
