/** McNemar's test: whether two classifiers err equally often on the same images. */
import { chiSquaredTail } from './normal.js';

/** Below so many images that one alone got right, the chi-squared distribution is no longer near enough. */
const EXACT_BELOW = 25;
/** Of a standard normal variable, 95 of 100 lie within. */
const NORMAL_95 = 1.959963984540054;

/** How many images both, one alone or neither of two classifiers got right. */
export interface PairedOutcomes {
  readonly both: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly neither: number;
}

export interface McNemarTest {
  readonly method: 'mcnemar_exact' | 'mcnemar_corrected';
  /** Chi-squared with one degree of freedom, with the correction for continuity; null for the exact test. */
  readonly statistic: number | null;
  readonly pValue: number;
}

export function pairOutcomes(first: readonly boolean[], second: readonly boolean[]): PairedOutcomes {
  const count = (a: boolean, b: boolean) => first.filter((right, i) => right === a && second[i] === b).length;
  return {
    both: count(true, true),
    onlyFirst: count(true, false),
    onlySecond: count(false, true),
    neither: count(false, false),
  };
}

/**
 * Two-sided. With fewer than 25 discordant images the exact binomial test; else (|b - c| - 1)² / (b + c) against
 * chi-squared (McNemar 1947, with the correction of Edwards 1948; Dietterich 1998 recommends it for classifiers that
 * were trained once).
 */
export function mcnemar({ onlyFirst, onlySecond }: PairedOutcomes): McNemarTest {
  const discordant = onlyFirst + onlySecond;
  if (discordant < EXACT_BELOW) {
    return { method: 'mcnemar_exact', statistic: null, pValue: signTest(Math.min(onlyFirst, onlySecond), discordant) };
  }
  const distance = Math.max(0, Math.abs(onlyFirst - onlySecond) - 1);
  const statistic = distance ** 2 / discordant;
  return { method: 'mcnemar_corrected', statistic, pValue: chiSquaredTail(statistic) };
}

/** The chance of a split of `count` fair coins that is at least as uneven as `less` on one side. */
function signTest(less: number, count: number): number {
  let term = 0.5 ** count;
  let sum = term;
  for (let i = 1; i <= less; i++) {
    term *= (count - i + 1) / i;
    sum += term;
  }
  return Math.min(1, 2 * sum);
}

/**
 * By how much the second's accuracy is above the first's, with a 95 % interval: Wald's with half an image added to each
 * of the four counts (Agresti and Min 2005).
 */
export function accuracyDifference(outcomes: PairedOutcomes): { value: number; interval: [number, number] } {
  const { both, onlyFirst, onlySecond, neither } = outcomes;
  const images = both + onlyFirst + onlySecond + neither;
  const n = images + 2;
  const difference = onlySecond - onlyFirst;
  const spread = Math.sqrt(onlyFirst + onlySecond + 1 - difference ** 2 / n) / n;
  const middle = difference / n;
  return {
    value: difference / images,
    interval: [Math.max(-1, middle - NORMAL_95 * spread), Math.min(1, middle + NORMAL_95 * spread)],
  };
}
