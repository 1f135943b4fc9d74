/** F1, the harmonic mean of precision and recall: of each class under `f1/<class>`, and averaged as `average` says. */
import { average, countClasses, f1Of } from './class-counts.js';
import type { MetricDefinition, MetricOf } from './metric.js';

export const f1Metric: MetricDefinition<MetricOf<'f1'>> = {
  type: 'f1',
  summary: 'Harmonic mean of precision and recall: mean over the classes (of class 1 where binary), and of each class',
  tasks: ['multiclass', 'binary', 'multilabel'],
  keepsPredictions: false,
  create: (context) =>
    countClasses(context, (counts) => ({
      f1: average(counts, context, f1Of),
      ...Object.fromEntries(counts.map((count, i) => [`f1/${context.classes?.[i] ?? i}`, f1Of(count)])),
    })),
};
