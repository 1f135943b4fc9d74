/** Root of the mean squared error over all rows and targets (Keras' RootMeanSquaredError), and of each under `rmse/<target>`. */
import { errorMean } from './error-mean.js';
import type { MetricDefinition, MetricOf } from './metric.js';

export const rmseMetric: MetricDefinition<MetricOf<'rmse'>> = {
  type: 'rmse',
  summary: 'Root of the mean squared error, over all targets and of each',
  tasks: ['regression'],
  keepsPredictions: false,
  create: (context) => errorMean({ name: 'rmse', measure: (error) => error * error, finish: Math.sqrt }, context),
};
