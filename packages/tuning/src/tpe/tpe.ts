/**
 * The tree-structured Parzen estimator (Bergstra et al., 2011) with the defaults of Optuna's TPESampler, version 5: ten
 * random trials first, then of 24 draws from the estimate of the best trials the one with the largest ratio to that of
 * the others. Parameters that are always set are drawn together, one with a condition by itself.
 */
import type { Assignment } from '@trainyard/contracts';
import { type Random, randomOf } from '../random.js';
import type { Search, TrialRecord } from '../search.js';
import { isSet, type Parameter } from '../space/parameter.js';
import { randomTrial } from '../strategies/random-search.js';
import { parzenEstimator } from './parzen.js';
import { type Split, splitTrials } from './split.js';

const RANDOM_FIRST = 10;
const CANDIDATES = 24;

/** What the next trial tries: a function of the seed, its number and the trials so far. */
export function tpeTrial(search: Search, trials: readonly TrialRecord[], number: number): Assignment {
  const { parameters, seed } = search;
  const split = splitTrials(trials, search);
  if (split.told < RANDOM_FIRST) return randomTrial(parameters, seed, number);
  const together = parameters.filter(({ when }) => when.length === 0);
  const random = randomOf(seed, number, 'tpe');
  const assignment: Assignment = { ...proposed(together, split, random) };
  for (const parameter of parameters) {
    if (parameter.when.length === 0 || !isSet(parameter, assignment)) continue;
    Object.assign(assignment, proposed([parameter], split, random));
  }
  return assignment;
}

function proposed(parameters: readonly Parameter[], { best, others }: Split, random: Random): Assignment {
  const hasAll = (assignment: Assignment) => parameters.every(({ pointer }) => Object.hasOwn(assignment, pointer));
  const good = parzenEstimator(parameters, best.filter(hasAll));
  const bad = parzenEstimator(parameters, others.filter(hasAll));
  let chosen: { assignment: Assignment; gain: number } | null = null;
  for (let k = 0; k < CANDIDATES; k++) {
    const assignment = good.sample(random);
    const gain = good.logDensity(assignment) - bad.logDensity(assignment);
    if (chosen === null || gain > chosen.gain) chosen = { assignment, gain };
  }
  return chosen?.assignment ?? {};
}
