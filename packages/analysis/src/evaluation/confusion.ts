/** The confusion matrix and what follows from it alone. */
import type { Confused } from '@trainyard/contracts';
import type { ClassCount } from './class-scores.js';
import { ratio } from './predictions.js';

/** Rows are the labels, columns what was predicted. */
export function confusionMatrix(labels: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let row = 0; row < labels.length; row++) matrix[labels[row]][predicted[row]] += 1;
  return matrix;
}

export function countsOf(matrix: readonly (readonly number[])[]): ClassCount[] {
  const predicted = new Array<number>(matrix.length).fill(0);
  for (const row of matrix) for (const [place, count] of row.entries()) predicted[place] += count;
  return matrix.map((row, place) => ({
    right: row[place],
    predicted: predicted[place],
    actual: row.reduce((sum, count) => sum + count, 0),
  }));
}

/** The pairs of classes that are taken for each other most often, as shares of the images of the label. */
export function mostConfused(
  matrix: readonly (readonly number[])[],
  names: readonly string[],
  wanted: number,
): Confused[] {
  const pairs = matrix.flatMap((row, label) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.flatMap((count, predicted) =>
      predicted === label || count === 0
        ? []
        : [{ label: names[label], predicted: names[predicted], count, share: ratio(count, total) }],
    );
  });
  return pairs.sort((a, b) => b.count - a.count || b.share - a.share).slice(0, wanted);
}

/**
 * Matthews' correlation coefficient of several classes, R_K (J. Gorodkin, Computational Biology and Chemistry 28, 2004);
 * 0 where all labels, or all predictions, are of one class.
 */
export function matthewsCorrelation(counts: readonly ClassCount[]): number {
  let [total, right, products, predicted, actual] = [0, 0, 0, 0, 0];
  for (const count of counts) {
    total += count.actual;
    right += count.right;
    products += count.predicted * count.actual;
    predicted += count.predicted ** 2;
    actual += count.actual ** 2;
  }
  const spread = (total ** 2 - predicted) * (total ** 2 - actual);
  return spread === 0 ? 0 : (right * total - products) / Math.sqrt(spread);
}

/** Agreement beyond what chance would give (J. Cohen, 1960); null where chance alone agrees always. */
export function cohenKappa(counts: readonly ClassCount[]): number | null {
  const total = counts.reduce((sum, { actual }) => sum + actual, 0);
  const right = counts.reduce((sum, count) => sum + count.right, 0);
  const expected = counts.reduce((sum, { predicted, actual }) => sum + predicted * actual, 0) / (total || 1);
  return total === expected ? null : 1 - (total - right) / (total - expected);
}
