/** The precision-recall curve and the average precision. */
import type { CurvePoint } from './roc.js';
import type { Thresholds } from './thresholds.js';

/** AP = Σ (Rₙ − Rₙ₋₁) Pₙ, without interpolation, as scikit-learn has it. Null where no row has the label. */
export function averagePrecision({ truePositives, falsePositives, positives }: Thresholds): number | null {
  if (positives === 0) return null;
  let sum = 0;
  for (let i = 0; i < truePositives.length; i++) {
    const gained = truePositives[i] - (i === 0 ? 0 : truePositives[i - 1]);
    sum += (gained / positives) * (truePositives[i] / (truePositives[i] + falsePositives[i]));
  }
  return sum;
}

/** [recall, precision, threshold] from (0, 1), which no threshold gives, on with falling thresholds. */
export function precisionRecallPoints({ scores, truePositives, falsePositives, positives }: Thresholds): CurvePoint[] {
  const points: CurvePoint[] = [[0, 1, null]];
  scores.forEach((score, i) => {
    points.push([truePositives[i] / positives, truePositives[i] / (truePositives[i] + falsePositives[i]), score]);
  });
  return points;
}
