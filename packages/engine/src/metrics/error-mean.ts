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

/** The figure over all targets, and, where there are several, that of each under `<name>/<target>`. */
export function errorMean({ name, measure, finish }: ErrorMean, context: MetricContext): MetricAccumulator {
  const { width, classes } = context;
  const sums = new Float64Array(width);
  let rowCount = 0;
  const figure = (sum: number, count: number) => finish(ratio(sum, count));
  return {
    add(predictions, labels, rows) {
      for (let i = 0; i < rows * width; i++) sums[i % width] += measure(predictions[i] - labels[i]);
      rowCount += rows;
    },
    values() {
      const total = sums.reduce((sum, one) => sum + one, 0);
      const each =
        width === 1 ? [] : Array.from(sums, (sum, i) => [`${name}/${classes?.[i] ?? i}`, figure(sum, rowCount)]);
      return { [name]: figure(total, rowCount * width), ...Object.fromEntries(each) };
    },
    save: () => [...sums, rowCount],
    restore(saved) {
      sums.set(saved.slice(0, width));
      rowCount = saved[width];
    },
  };
}
