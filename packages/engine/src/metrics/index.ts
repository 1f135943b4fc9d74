/** Every kind of metric, by the name that trainings use. */
import type { Metric } from '@trainyard/contracts';
import type { Task } from '../model/head.js';
import { accuracyMetric } from './accuracy.js';
import { aucMetric } from './auc.js';
import { f1Metric } from './f1.js';
import { maeMetric } from './mae.js';
import type { MetricAccumulator, MetricContext, MetricDefinition, MetricOf } from './metric.js';
import { precisionMetric } from './precision.js';
import { recallMetric } from './recall.js';
import { rmseMetric } from './rmse.js';
import { topKAccuracyMetric } from './top-k-accuracy.js';

export const metrics: { readonly [T in Metric['type']]: MetricDefinition<MetricOf<T>> } = {
  accuracy: accuracyMetric,
  top_k_accuracy: topKAccuracyMetric,
  precision: precisionMetric,
  recall: recallMetric,
  f1: f1Metric,
  auc: aucMetric,
  mae: maeMetric,
  rmse: rmseMetric,
};

/** Gathers all the metrics of a list at once. */
export function createMetrics(list: readonly Metric[], context: MetricContext): MetricAccumulator {
  const accumulators = list.map((metric) => {
    const definition: MetricDefinition = metrics[metric.type];
    return definition.create(context, metric);
  });
  return {
    add(predictions, labels, rows) {
      for (const accumulator of accumulators) accumulator.add(predictions, labels, rows);
    },
    values: () => Object.assign({}, ...accumulators.map((accumulator) => accumulator.values())),
    save: () =>
      accumulators.flatMap((accumulator) => {
        const saved = accumulator.save();
        return [saved.length, ...saved];
      }),
    restore(saved) {
      let at = 0;
      for (const accumulator of accumulators) {
        const end = at + 1 + saved[at];
        accumulator.restore(saved.slice(at + 1, end));
        at = end;
      }
    },
  };
}

/** Those of a list that need not keep every prediction, for figures that run along with the training. */
export function runningMetrics(list: readonly Metric[]): Metric[] {
  return list.filter(({ type }) => !metrics[type].keepsPredictions);
}

/** Why a metric does not fit a task, with the remedy; null where it fits. */
export function metricMismatch({ type }: Metric, task: Task): string | null {
  const { tasks } = metrics[type];
  if (tasks.includes(task)) return null;
  const others = Object.values<MetricDefinition>(metrics).filter((metric) => metric.tasks.includes(task));
  return (
    `"${type}" expected a ${tasks.join(' or ')} model; received a ${task} one. ` +
    `Leave it out, or use ${others.map((metric) => `"${metric.type}"`).join(', ')}`
  );
}
