/** Whether a training fits the model that it is for: its loss, its metrics and the weights of its classes. */
import type { FieldError, Training } from '@trainyard/contracts';
import { lossFor, smoothingMismatch } from '../losses/index.js';
import { metricMismatch } from '../metrics/index.js';
import type { MetricContext } from '../metrics/metric.js';
import type { Head } from './head.js';
import type { Model } from './model.js';

/** What does not fit, each with a pointer into the training and the remedy. */
export function trainingMismatches(head: Head, training: Training): FieldError[] {
  const found: (readonly [string, string | null])[] = [
    ['/loss', lossFor(training.loss).mismatch(head)],
    ['/label_smoothing', smoothingMismatch(training.loss, training.label_smoothing)],
    ['/class_weights', training.class_weights ? classWeightMismatch(head) : null],
    ...training.metrics.map((metric, i) => [`/metrics/${i}`, metricMismatch(metric, head.task)] as const),
  ];
  return found.flatMap(([pointer, detail]) => (detail === null ? [] : [{ pointer, detail }]));
}

function classWeightMismatch({ task }: Head): string | null {
  if (task === 'multiclass' || task === 'binary') return null;
  return `expected none, since each image of a ${task} data set has no single class; remove class_weights`;
}

/** @param classes names of the data set's classes, labels or targets */
export function metricContext({ head }: Model, classes: readonly string[]): MetricContext {
  return { task: head.task, width: head.task === 'binary' ? 2 : head.units, classes };
}
