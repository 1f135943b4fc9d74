/**
 * A training as it is stored with a job. A job keeps the form of the version that it was posted to: jobs of earlier
 * versions name their loss and metrics by a word, and lack the fields that came later.
 */
import { type MetricOptions, resolveMetric } from './metric.js';
import { resolveTraining, type Training, type TrainingOptions } from './training.js';

export type StoredTraining = Omit<TrainingOptions, 'class_weights'> & { class_weights?: number[] | null };

/** The training in today's form. What it lacks gets the default, which is what its job was trained with. Never throws. */
export function completeTraining({ class_weights = null, metrics = [], ...options }: StoredTraining): Training {
  return { ...resolveTraining({ ...options, metrics: eachOnce(metrics) }), class_weights };
}

/** A metric could once be named twice. */
function eachOnce(metrics: readonly MetricOptions[]): MetricOptions[] {
  const types = metrics.map((metric) => resolveMetric(metric).type);
  return metrics.filter((_, i) => types.indexOf(types[i]) === i);
}
