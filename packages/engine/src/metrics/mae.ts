/** Mean absolute error over all rows and targets. */
import { errorMean } from './error-mean.js';
import type { MetricDefinition, MetricOf } from './metric.js';

export const maeMetric: MetricDefinition<MetricOf<'mae'>> = {
  type: 'mae',
  summary: 'Mean of the absolute errors',
  tasks: ['regression'],
  keepsPredictions: false,
  create: (context) => errorMean({ name: 'mae', measure: Math.abs, finish: (mean) => mean }, context),
};
