/** Mean absolute error over all rows and targets, and of each target under `mae/<target>`. */
import { errorMean } from './error-mean.js';
import type { MetricDefinition, MetricOf } from './metric.js';

export const maeMetric: MetricDefinition<MetricOf<'mae'>> = {
  type: 'mae',
  summary: 'Mean of the absolute errors, over all targets and of each',
  tasks: ['regression'],
  keepsPredictions: false,
  create: (context) => errorMean({ name: 'mae', measure: Math.abs, finish: (mean) => mean }, context),
};
