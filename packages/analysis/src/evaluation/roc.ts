/** The ROC curve and the area under it. */
import type { Thresholds } from './thresholds.js';

/** [x, y, threshold]. */
export type CurvePoint = [number, number, number | null];

/** By the trapezoidal rule, exactly: equal scores count half. Null where there are no pairs. */
export function rocArea({ truePositives, falsePositives, positives, negatives }: Thresholds): number | null {
  if (positives === 0 || negatives === 0) return null;
  let doubled = 0;
  for (let i = 0; i < truePositives.length; i++) {
    const step = falsePositives[i] - (i === 0 ? 0 : falsePositives[i - 1]);
    doubled += step * (truePositives[i] + (i === 0 ? 0 : truePositives[i - 1]));
  }
  return doubled / (2 * positives * negatives);
}

/**
 * [false positive rate, true positive rate, threshold] from (0, 0), which no threshold gives, to (1, 1). Points on a line
 * between their neighbours are left out, as in scikit-learn's `roc_curve`.
 */
export function rocPoints({ scores, truePositives, falsePositives, positives, negatives }: Thresholds): CurvePoint[] {
  const points: CurvePoint[] = [[0, 0, null]];
  const last = scores.length - 1;
  for (let i = 0; i <= last; i++) {
    const isCorner = i === 0 || i === last || bends(falsePositives, i) || bends(truePositives, i);
    if (isCorner) points.push([falsePositives[i] / negatives, truePositives[i] / positives, scores[i]]);
  }
  return points;
}

function bends(counts: Float64Array, i: number): boolean {
  return counts[i + 1] - counts[i] !== counts[i] - counts[i - 1];
}
