/** Counts of each class or label from which precision, recall and F1 follow. */
import type { Labels, MetricAccumulator, MetricContext } from './metric.js';
import { isPositive, largestOf } from './predicted.js';
import { ratio } from './ratio.js';

/** What was counted of one class or label. */
export interface ClassCount {
  /** Rows of the class that were predicted as it. */
  readonly right: number;
  readonly predicted: number;
  readonly actual: number;
}

export type Score = (count: ClassCount) => number;

/** Right / predicted; 0 where none was predicted. */
export const precisionOf: Score = ({ right, predicted }) => ratio(right, predicted);
/** Right / actual; 0 where there is none. */
export const recallOf: Score = ({ right, actual }) => ratio(right, actual);
/** 2 · precision · recall / (precision + recall); 0 where there is none and none was predicted. */
export const f1Of: Score = ({ right, predicted, actual }) => ratio(2 * right, predicted + actual);

/** Gathers the counts of every class and reports figures made of them. */
export function countClasses(
  { task, width }: MetricContext,
  report: (counts: readonly ClassCount[]) => Record<string, number>,
): MetricAccumulator {
  const right = new Float64Array(width);
  const predicted = new Float64Array(width);
  const actual = new Float64Array(width);
  const count = (place: number, isPredicted: boolean, isActual: boolean): void => {
    if (isPredicted) predicted[place] += 1;
    if (isActual) actual[place] += 1;
    if (isPredicted && isActual) right[place] += 1;
  };
  const addLabels = (predictions: Float32Array, labels: Labels, rows: number): void => {
    for (let i = 0; i < rows * width; i++) count(i % width, isPositive(predictions[i]), isPositive(labels[i]));
  };
  const addClasses = (predictions: Float32Array, labels: Labels, rows: number): void => {
    for (let row = 0; row < rows; row++) {
      const best = largestOf(predictions, row, width);
      if (best >= 0) count(best, true, labels[row] === best);
      if (best !== labels[row]) count(labels[row], false, true);
    }
  };
  return {
    add: task === 'multilabel' ? addLabels : addClasses,
    values: () =>
      report(Array.from(right, (_, i) => ({ right: right[i], predicted: predicted[i], actual: actual[i] }))),
    save: () => [...right, ...predicted, ...actual],
    restore(saved) {
      [right, predicted, actual].forEach((counts, i) => {
        counts.set(saved.slice(i * width, (i + 1) * width));
      });
    },
  };
}

/**
 * One figure of all classes, with scikit-learn's averages: where binary that of class 1; where multilabel the mean over
 * the labels; else the mean over those classes that occur among the labels or the predictions.
 */
export function average(counts: readonly ClassCount[], { task }: MetricContext, score: Score): number {
  if (task === 'binary') return score(counts[1]);
  const counted = task === 'multilabel' ? counts : counts.filter(({ predicted, actual }) => predicted + actual > 0);
  const sum = counted.reduce((total, count) => total + score(count), 0);
  return ratio(sum, counted.length);
}
