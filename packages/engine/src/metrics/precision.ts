/** Precision: of what was predicted as a class, the share that is of it; averaged as `average` says. */
import { average, countClasses, precisionOf } from './class-counts.js';
import type { MetricDefinition, MetricOf } from './metric.js';

export const precisionMetric: MetricDefinition<MetricOf<'precision'>> = {
  type: 'precision',
  summary: 'Of what was predicted as a class, the share that is of it: mean over the classes; of class 1 where binary',
  tasks: ['multiclass', 'binary', 'multilabel'],
  keepsPredictions: false,
  create: (context) => countClasses(context, (counts) => ({ precision: average(counts, context, precisionOf) })),
};
