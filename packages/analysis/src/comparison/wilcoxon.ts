/** Wilcoxon's signed-rank test: whether paired differences lie around zero, whatever their distribution. */
import { twoSidedTail } from './normal.js';

/** Up to so many differences every choice of signs is counted. */
const EXACT_UP_TO = 50;

export interface WilcoxonTest {
  readonly method: 'wilcoxon_exact' | 'wilcoxon_normal';
  /** The lesser of the sums of ranks of the positive and of the negative differences. */
  readonly statistic: number;
  readonly pValue: number;
  /** Differences other than zero. */
  readonly count: number;
}

/**
 * Two-sided (Wilcoxon 1945). Differences of zero are left out, equal ones share the mean of their ranks. Up to 50
 * differences the exact distribution over all choices of signs, else the normal one with the correction for ties, as
 * scipy.stats.wilcoxon does. Without any difference the p-value is 1.
 */
export function wilcoxon(differences: readonly number[]): WilcoxonTest {
  const nonZero = differences.filter((difference) => difference !== 0);
  const { ranks, tieSum } = doubledRanks(nonZero.map(Math.abs));
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const positive = ranks.reduce((sum, rank, i) => sum + (nonZero[i] > 0 ? rank : 0), 0);
  const lesser = Math.min(positive, total - positive);
  const count = nonZero.length;
  const result = { statistic: lesser / 2, count };
  if (count <= EXACT_UP_TO) return { ...result, method: 'wilcoxon_exact', pValue: exactTail(ranks, lesser, total) };
  const variance = (count * (count + 1) * (2 * count + 1)) / 24 - tieSum / 48;
  const z = (lesser - total / 2) / 2 / Math.sqrt(variance);
  return { ...result, method: 'wilcoxon_normal', pValue: twoSidedTail(z) };
}

/** Ranks from 1, times two, so that means of ranks are whole; `tieSum` is that of t³ - t over groups of t equal ones. */
function doubledRanks(values: readonly number[]): { ranks: number[]; tieSum: number } {
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
  const ranks = Array<number>(values.length).fill(0);
  let tieSum = 0;
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let i = from; i < to; i++) ranks[order[i]] = from + 1 + to;
    tieSum += (to - from) ** 3 - (to - from);
  }
  return { ranks, tieSum };
}

/** How likely a random choice of signs gives one side at most `lesser`, both sides together. */
function exactTail(ranks: readonly number[], lesser: number, total: number): number {
  const chances = new Float64Array(total + 1);
  chances[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    reached += rank;
    for (let sum = reached; sum >= 0; sum--) {
      chances[sum] = 0.5 * (chances[sum] + (sum >= rank ? chances[sum - rank] : 0));
    }
  }
  const below = chances.subarray(0, lesser + 1).reduce((sum, chance) => sum + chance, 0);
  return Math.min(1, 2 * below);
}
