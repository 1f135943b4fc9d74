/** What a training does where it does not say, as far as that depends on the model. */
import type { LossName, MetricName, Normalization } from '@trainyard/contracts';
import type { ModelSpec } from '../spec/schema.js';
import type { Head, Task } from './head.js';

/** A model that starts by scaling pixels itself gets them as they are. */
export function defaultNormalization({ layers }: ModelSpec): Normalization {
  const first: string | undefined = layers[0]?.type;
  return first === 'rescaling' || first === 'normalization' ? 'none' : 'unit';
}

/** The loss that fits the last layer best; not every last layer has one that fits. */
export function defaultLoss({ task, activation }: Head): LossName {
  if (task === 'regression') return 'mse';
  if (task === 'multilabel' || task === 'binary' || activation === 'sigmoid') return 'binary_crossentropy';
  return 'categorical_crossentropy';
}

const METRICS: Readonly<Record<Task, readonly MetricName[]>> = {
  multiclass: ['accuracy'],
  binary: ['accuracy'],
  multilabel: ['accuracy'],
  regression: ['mae', 'rmse'],
};

export function defaultMetrics({ task }: Head): readonly MetricName[] {
  return METRICS[task];
}
