/** Gathers errors of a regression: a function of the mean of some measure of each. */
import type { MetricAccumulator, MetricContext } from './metric.js';
import { ratio } from './ratio.js';

export interface ErrorMean {
  readonly name: string;
  /** What one error counts. */
  readonly measure: (error: number) => number;
  /** What becomes of the mean. */
  readonly finish: (mean: number) => number;
}

export function errorMean({ name, measure, finish }: ErrorMean, { width }: MetricContext): MetricAccumulator {
  let sum = 0;
  let count = 0;
  return {
    add(predictions, labels, rows) {
      for (let i = 0; i < rows * width; i++) sum += measure(predictions[i] - labels[i]);
      count += rows * width;
    },
    values: () => ({ [name]: finish(ratio(sum, count)) }),
    save: () => [sum, count],
    restore(saved) {
      [sum, count] = saved;
    },
  };
}
