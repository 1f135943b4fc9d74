/**
 * The share of rows whose class is among the k largest predictions: fewer than k are larger than its own (Keras'
 * TopKCategoricalAccuracy; equal ones count in its favour).
 */
import type { MetricDefinition, MetricOf } from './metric.js';
import { ratio } from './ratio.js';

export const topKAccuracyMetric: MetricDefinition<MetricOf<'top_k_accuracy'>> = {
  type: 'top_k_accuracy',
  summary: 'Share of rows whose class is among the k largest predictions',
  tasks: ['multiclass'],
  keepsPredictions: false,
  create({ width }, { k }) {
    let right = 0;
    let count = 0;
    return {
      add(predictions, labels, rows) {
        for (let row = 0; row < rows; row++) if (rankOf(predictions, row * width, width, labels[row]) < k) right += 1;
        count += rows;
      },
      values: () => ({ top_k_accuracy: ratio(right, count) }),
      save: () => [right, count],
      restore(saved) {
        [right, count] = saved;
      },
    };
  },
};

/** How many predictions are larger than that of the label; all and more where that is not a number. */
function rankOf(predictions: Float32Array, start: number, width: number, label: number): number {
  const own = predictions[start + label];
  if (Number.isNaN(own)) return Number.POSITIVE_INFINITY;
  let rank = 0;
  for (let i = 0; i < width; i++) if (predictions[start + i] > own) rank += 1;
  return rank;
}
