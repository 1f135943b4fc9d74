// Figures that are saved between two batches and restored elsewhere end as if nobody had looked.
import { METRICS, type Metric, type MetricName, resolveMetric } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { createMetrics, metricMismatch } from '../../packages/engine/src/metrics/index.js';
import type { MetricAccumulator } from '../../packages/engine/src/metrics/metric.js';
import type { Task } from '../../packages/engine/src/model/head.js';

const TASKS: readonly Task[] = ['multiclass', 'binary', 'multilabel', 'regression'];
const NAMES = Object.keys(METRICS) as MetricName[];
const ROWS = 7;
const BATCHES = 5;

function addBatch(metrics: MetricAccumulator, task: Task, width: number, batch: number): void {
  const value = (i: number) => Math.abs(Math.sin(batch * 97 + i * 1.7));
  const predictions = Float32Array.from({ length: ROWS * width }, (_, i) => value(i));
  const labels =
    task === 'multiclass' || task === 'binary'
      ? Int32Array.from({ length: ROWS }, (_, i) => Math.floor(value(i + 50) * width))
      : Float32Array.from({ length: ROWS * width }, (_, i) => (task === 'multilabel' ? Math.round(value(i + 50)) : i));
  metrics.add(predictions, labels, ROWS - (batch % 2));
}

describe.each(TASKS)('metrics of a %s model', (task) => {
  const width = task === 'binary' ? 2 : 3;
  const list: Metric[] = NAMES.map((name) => resolveMetric(name)).filter((m) => metricMismatch(m, task) === null);

  it.each(Array.from({ length: BATCHES + 1 }, (_, i) => i))('are the same when restored after %i batches', (cut) => {
    const whole = createMetrics(list, { task, width });
    let part = createMetrics(list, { task, width });
    for (let batch = 0; batch < BATCHES; batch++) {
      if (batch === cut) part = resumed(part);
      addBatch(whole, task, width, batch);
      addBatch(part, task, width, batch);
    }
    if (cut === BATCHES) part = resumed(part);
    expect(part.values()).toEqual(whole.values());
    expect(Object.keys(whole.values()).length).toBeGreaterThanOrEqual(list.length);
  });

  function resumed(metrics: MetricAccumulator): MetricAccumulator {
    const next = createMetrics(list, { task, width });
    next.restore(JSON.parse(JSON.stringify(metrics.save())));
    return next;
  }
});
