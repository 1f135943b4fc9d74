/** Recall: of what is of a class, the share that was predicted as it; averaged as `average` says. */
import { average, countClasses, recallOf } from './class-counts.js';
import type { MetricDefinition, MetricOf } from './metric.js';

export const recallMetric: MetricDefinition<MetricOf<'recall'>> = {
  type: 'recall',
  summary: 'Of what is of a class, the share that was predicted as it: mean over the classes; of class 1 where binary',
  tasks: ['multiclass', 'binary', 'multilabel'],
  keepsPredictions: false,
  create: (context) => countClasses(context, (counts) => ({ recall: average(counts, context, recallOf) })),
};
