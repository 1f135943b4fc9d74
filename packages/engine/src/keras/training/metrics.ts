/** Metrics. Those that are not computed here are noted: they change nothing about the training. */
import { describeReceived } from '../../spec/expectation.js';
import { snakeCase } from '../class-names.js';
import type { KerasConfig } from '../config.js';
import { fieldOf, isRecord, type JsonRecord, type Located, lookUp, pointerTo, textOf } from '../json.js';
import { readKerasObject } from '../objects/keras-object.js';

/** Keras' names in snake case to ours. */
const TYPES: Readonly<Record<string, string>> = {
  accuracy: 'accuracy',
  acc: 'accuracy',
  categorical_accuracy: 'accuracy',
  sparse_categorical_accuracy: 'accuracy',
  binary_accuracy: 'accuracy',
  top_k_categorical_accuracy: 'top_k_accuracy',
  sparse_top_k_categorical_accuracy: 'top_k_accuracy',
  precision: 'precision',
  recall: 'recall',
  f1_score: 'f1',
  auc: 'auc',
  mae: 'mae',
  mean_absolute_error: 'mae',
  root_mean_squared_error: 'rmse',
  rmse: 'rmse',
};

export function readMetrics(config: KerasConfig): JsonRecord {
  const found = [...listed(config, 'metrics'), ...listed(config, 'weighted_metrics')];
  const read = found.flatMap((each) => readMetric(each, config));
  const metrics = read.filter((metric, i) => read.findIndex((other) => typeOf(other) === typeOf(metric)) === i);
  return metrics.length > 0 ? { metrics } : {};
}

/** Metrics of the one output: in lists of lists, and by the output's name. */
function listed(config: KerasConfig, key: string): Located[] {
  const found = config.find(key);
  return found ? flatten(found) : [];
}

function flatten({ value, pointer }: Located): Located[] {
  if (Array.isArray(value))
    return value.flatMap((each: unknown, i) => flatten({ value: each, pointer: pointerTo(pointer, i) }));
  if (!isRecord(value) || 'class_name' in value) return value === null ? [] : [{ value, pointer }];
  return Object.entries(value).flatMap(([key, each]) => flatten({ value: each, pointer: pointerTo(pointer, key) }));
}

type Metric = string | { readonly type: string; readonly k: number };

function readMetric(found: Located, { session }: KerasConfig): Metric[] {
  const object = readKerasObject(found);
  const config = object?.config.value ?? {};
  // tf.keras wraps functions: {"class_name": "MeanMetricWrapper", "config": {"fn": "categorical_accuracy"}}.
  const inner = textOf(config, 'fn') ?? textOf(config, 'name');
  const type = object && (lookUp(TYPES, object.name) ?? (inner && lookUp(TYPES, snakeCase(inner))));
  if (!type || object.isCustom) {
    session.note(`the metric ${describeReceived(found.value)} is left out; it is not computed here`);
    return [];
  }
  const k = fieldOf(config, 'k');
  return [type === 'top_k_accuracy' && typeof k === 'number' ? { type, k } : type];
}

function typeOf(metric: Metric): string {
  return typeof metric === 'string' ? metric : metric.type;
}
