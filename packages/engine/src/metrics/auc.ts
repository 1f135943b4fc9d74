/**
 * The area under the ROC curve, exactly: the share of pairs of a positive and a negative row in which the positive one
 * has the larger prediction, an equal one counting half (the Mann-Whitney statistic). Where binary of class 1; else the
 * mean over classes, each against the rest, or over labels, leaving out those that have not both kinds of rows.
 */

import { KeptPredictions } from './kept-predictions.js';
import type { MetricDefinition, MetricOf } from './metric.js';

export const aucMetric: MetricDefinition<MetricOf<'auc'>> = {
  type: 'auc',
  summary:
    'Area under the ROC curve: of class 1 where binary, else the mean over classes (each against the rest) or labels',
  tasks: ['multiclass', 'binary', 'multilabel'],
  keepsPredictions: true,
  create({ task, width }) {
    const kept = new KeptPredictions(width, task === 'multilabel' ? width : 1);
    const places = task === 'binary' ? [1] : Array.from({ length: width }, (_, place) => place);
    return {
      add: (predictions, labels, rows) => kept.add(predictions, labels, rows),
      save: () => kept.save(),
      restore: (saved) => kept.restore(saved),
      values(): Record<string, number> {
        const areas = places.map((place) => areaOf(kept.split(place))).filter((area) => area !== null);
        if (areas.length === 0) return {};
        return { auc: areas.reduce((sum, area) => sum + area, 0) / areas.length };
      },
    };
  },
};

/** Null where there are no pairs. Sorts both lists. */
function areaOf({ positives, negatives }: { positives: Float32Array; negatives: Float32Array }): number | null {
  if (positives.length === 0 || negatives.length === 0) return null;
  positives.sort();
  negatives.sort();
  let below = 0;
  let upTo = 0;
  let doubled = 0;
  for (const score of positives) {
    while (below < negatives.length && negatives[below] < score) below += 1;
    while (upTo < negatives.length && negatives[upTo] <= score) upTo += 1;
    // Pairs won count twice, equal ones once.
    doubled += below + upTo;
  }
  return doubled / (2 * positives.length * negatives.length);
}
