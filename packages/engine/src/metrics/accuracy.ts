/**
 * The share of right answers: of rows whose largest prediction is their class (Keras' CategoricalAccuracy), or of single
 * labels that are on the right side of 0.5 (Keras' BinaryAccuracy).
 */
import type { MetricDefinition, MetricOf } from './metric.js';
import { isPositive, largestOf } from './predicted.js';
import { ratio } from './ratio.js';

export const accuracyMetric: MetricDefinition<MetricOf<'accuracy'>> = {
  type: 'accuracy',
  summary: 'Share of right answers; with several labels, of right labels',
  tasks: ['multiclass', 'binary', 'multilabel'],
  keepsPredictions: false,
  create({ task, width }) {
    let right = 0;
    let count = 0;
    return {
      add(predictions, labels, rows) {
        if (task === 'multilabel') {
          for (let i = 0; i < rows * width; i++) if (isRight(predictions[i], labels[i])) right += 1;
          count += rows * width;
          return;
        }
        for (let row = 0; row < rows; row++) if (largestOf(predictions, row, width) === labels[row]) right += 1;
        count += rows;
      },
      values: () => ({ accuracy: ratio(right, count) }),
      save: () => [right, count],
      restore(saved) {
        [right, count] = saved;
      },
    };
  },
};

function isRight(prediction: number, label: number): boolean {
  return !Number.isNaN(prediction) && isPositive(prediction) === isPositive(label);
}
