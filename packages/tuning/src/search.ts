/** What a search is to do, and what it knows: the strategies are functions of both. */
import type { Assignment, SweepGoal, SweepStrategy } from '@trainyard/contracts';
import type { Parameter } from './space/parameter.js';

export interface Search {
  readonly parameters: readonly Parameter[];
  readonly strategy: SweepStrategy;
  readonly goal: SweepGoal;
  readonly seed: number;
  /** Of a trial that is trained to its end. */
  readonly epochs: number;
  readonly maxTrials: number;
  /** That all trials together may train; null for any number. */
  readonly maxEpochs: number | null;
  readonly asha: AshaRules;
}

export interface AshaRules {
  /** Epochs of the first rung. */
  readonly minEpochs: number;
  /** One trial of so many goes on from each rung. */
  readonly factor: number;
  readonly sampler: 'random' | 'tpe';
}

export interface EpochValue {
  readonly epoch: number;
  readonly value: number;
}

/**
 * active: its job is in hand or in a queue; waiting: it has trained as far as it was to; ended: it has trained to its end,
 * early stopping included; failed and cancelled: it has ended otherwise.
 */
export type TrialState = 'active' | 'waiting' | 'ended' | 'failed' | 'cancelled';

export interface TrialRecord {
  /** From 1. */
  readonly number: number;
  readonly assignment: Assignment;
  readonly state: TrialState;
  /** The epochs that it may train so far. */
  readonly until: number;
  /** The objective after its epochs, in their order. */
  readonly curve: readonly EpochValue[];
}

export type Decision =
  | { readonly type: 'begin'; readonly number: number; readonly assignment: Assignment; readonly until: number }
  | { readonly type: 'promote'; readonly number: number; readonly until: number }
  /** Nothing until a trial in hand has got on. */
  | { readonly type: 'wait' }
  | { readonly type: 'end' };

/** Whether the first value is better. */
export function isBetter(goal: SweepGoal, value: number, than: number): boolean {
  return goal === 'maximize' ? value > than : value < than;
}

/** The best value of the epochs up to one, and the first epoch that had it; null where there is none. */
export function bestOf(
  curve: readonly EpochValue[],
  goal: SweepGoal,
  upTo = Number.POSITIVE_INFINITY,
): EpochValue | null {
  let best: EpochValue | null = null;
  for (const each of curve) {
    if (each.epoch > upTo) continue;
    if (best === null || isBetter(goal, each.value, best.value)) best = each;
  }
  return best;
}

export function epochsOf({ curve }: Pick<TrialRecord, 'curve'>): number {
  return curve.at(-1)?.epoch ?? 0;
}

/** Best first; of equal ones the earlier trial. Those without a value are left out. */
export function ranked<T extends Pick<TrialRecord, 'number' | 'curve'>>(
  trials: readonly T[],
  goal: SweepGoal,
  upTo?: number,
): { trial: T; best: EpochValue }[] {
  const known = trials.flatMap((trial) => {
    const best = bestOf(trial.curve, goal, upTo);
    return best === null ? [] : [{ trial, best }];
  });
  const sign = goal === 'maximize' ? -1 : 1;
  return known.sort((a, b) => sign * (a.best.value - b.best.value) || a.trial.number - b.trial.number);
}
