import { readFileSync } from 'node:fs';
import type { Metric, MetricName } from '@trainyard/contracts';
import { METRICS, resolveMetric } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { createMetrics, metricMismatch, metrics, runningMetrics } from '../../packages/engine/src/metrics/index.js';
import type { MetricContext } from '../../packages/engine/src/metrics/metric.js';
import type { Task } from '../../packages/engine/src/model/head.js';

/** What oracles/sklearn_metrics.py stored of one set of predictions. */
interface Stored {
  readonly task: Task;
  readonly width: number;
  readonly rows: number;
  readonly predictions: readonly number[];
  readonly labels: readonly number[];
  readonly expected: Readonly<Record<string, number>>;
}

const FILE = new URL('./oracles/sklearn-metrics.json', import.meta.url);
const stored: { readonly cases: readonly Stored[] } = JSON.parse(readFileSync(FILE, 'utf8'));
const TOLERANCE = 1e-9;

const TASKS: readonly Task[] = ['multiclass', 'binary', 'multilabel', 'regression'];
const NAMES = Object.keys(METRICS) as MetricName[];

function fitting(task: Task): Metric[] {
  return NAMES.map((name) => resolveMetric(name)).filter((metric) => metricMismatch(metric, task) === null);
}

/** Adds the rows in batches of the given size, the last of them filled up with rows that do not count. */
function measure({ task, width, rows, predictions, labels }: Stored, list: readonly Metric[], batch: number) {
  const accumulator = createMetrics(list, { task, width });
  const indices = task === 'multiclass' || task === 'binary';
  const labelWidth = indices ? 1 : width;
  for (let start = 0; start < rows; start += batch) {
    const count = Math.min(batch, rows - start);
    const batchLabels = indices ? new Int32Array(batch) : new Float32Array(batch * width).fill(1);
    batchLabels.set(labels.slice(start * labelWidth, (start + count) * labelWidth));
    const batchPredictions = new Float32Array(batch * width).fill(0.75);
    batchPredictions.set(predictions.slice(start * width, (start + count) * width));
    accumulator.add(batchPredictions, batchLabels, count);
  }
  return accumulator.values();
}

function expectSame(actual: Readonly<Record<string, number>>, expected: Readonly<Record<string, number>>): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) {
    expect(Math.abs(actual[name] - value), `${name}: ${actual[name]} for ${value}`).toBeLessThanOrEqual(TOLERANCE);
  }
}

/** The figures of each of several targets. */
function ofEachTarget({ task, width, rows, predictions, labels }: Stored): Record<string, number> {
  if (task !== 'regression' || width === 1) return {};
  const figures = Array.from({ length: width }, (_, target) => {
    const errors = Array.from(
      { length: rows },
      (_, row) => predictions[row * width + target] - labels[row * width + target],
    );
    const mean = (measure: (error: number) => number) => errors.reduce((sum, error) => sum + measure(error), 0) / rows;
    return { [`mae/${target}`]: mean(Math.abs), [`rmse/${target}`]: Math.sqrt(mean((error) => error ** 2)) };
  });
  return Object.assign({}, ...figures);
}

const named = stored.cases.map((subject, i) => ({
  subject,
  name: `${subject.task}, ${subject.rows} rows of ${subject.width} (case ${i})`,
}));

describe('metrics are those that scikit-learn gives', () => {
  it.each(named)('$name', ({ subject }) => {
    const list = fitting(subject.task).filter(({ type }) => type !== 'top_k_accuracy');
    const whole = Object.fromEntries(Object.entries(subject.expected).filter(([name]) => !name.startsWith('top ')));
    const expected = { ...whole, ...ofEachTarget(subject) };
    for (const batch of [subject.rows, 7, 1]) expectSame(measure(subject, list, batch), expected);
  });

  it.each(named.filter(({ subject }) => subject.task === 'multiclass'))('top k, $name', ({ subject }) => {
    for (const k of [1, 2, 3]) {
      const measured = measure(subject, [{ type: 'top_k_accuracy', k }], 7);
      expectSame(measured, { top_k_accuracy: subject.expected[`top ${k}`] });
    }
  });
});

describe('metrics of odd data', () => {
  const CONTEXTS: readonly MetricContext[] = [
    { task: 'multiclass', width: 3 },
    { task: 'binary', width: 2 },
    { task: 'multilabel', width: 3 },
    { task: 'regression', width: 2 },
  ];

  it.each(CONTEXTS)('no rows of $task give no NaN', (context) => {
    const values = Object.values(createMetrics(fitting(context.task), context).values());
    expect(values.length).toBeGreaterThan(0);
    for (const value of values) expect(value).toBe(0);
  });

  it.each(CONTEXTS.slice(0, 3))('predictions of $task that are not numbers are never right', (context) => {
    const accumulator = createMetrics(fitting(context.task), context);
    const rows = 4;
    const labels = context.task === 'multilabel' ? new Float32Array(rows * context.width) : Int32Array.of(0, 1, 0, 1);
    accumulator.add(new Float32Array(rows * context.width).fill(Number.NaN), labels, rows);
    const { auc = 0, ...values } = accumulator.values();
    expect(Number.isFinite(auc)).toBe(true);
    for (const [name, value] of Object.entries(values)) expect(value, name).toBe(0);
  });

  it('keeps its own copy of predictions that are overwritten later', () => {
    const accumulator = createMetrics([{ type: 'auc' }], { task: 'binary', width: 2 });
    const predictions = new Float32Array(2);
    const labels = new Int32Array(1);
    for (const [label, positive] of [
      [0, 0.25],
      [1, 0.75],
      [0, 0.5],
    ]) {
      predictions.set([1 - positive, positive]);
      labels[0] = label;
      accumulator.add(predictions, labels, 1);
    }
    expect(accumulator.values()).toEqual({ auc: 1 });
  });

  it('names the F1 of each class after it', () => {
    const accumulator = createMetrics([{ type: 'f1' }], { task: 'binary', width: 2, classes: ['cat', 'dog'] });
    accumulator.add(Float32Array.of(0.25, 0.75, 0.75, 0.25, 0.25, 0.75), Int32Array.of(1, 0, 0), 3);
    expectSame(accumulator.values(), { f1: 2 / 3, 'f1/cat': 2 / 3, 'f1/dog': 2 / 3 });
  });

  it('names the error of each target after it, where there are several', () => {
    const context = { task: 'regression', width: 2, classes: ['age', 'weight'] } as const;
    const accumulator = createMetrics([{ type: 'mae' }], context);
    accumulator.add(Float32Array.of(1, 10, 2, 20), Float32Array.of(2, 10, 2, 30), 2);
    expectSame(accumulator.values(), { mae: 11 / 4, 'mae/age': 0.5, 'mae/weight': 5 });
    const single = createMetrics([{ type: 'mae' }], { task: 'regression', width: 1, classes: ['age'] });
    expect(single.values()).toEqual({ mae: 0 });
  });
});

describe('metrics and tasks', () => {
  const EXPECTED: Readonly<Record<Task, readonly MetricName[]>> = {
    multiclass: ['accuracy', 'top_k_accuracy', 'precision', 'recall', 'f1', 'auc'],
    binary: ['accuracy', 'precision', 'recall', 'f1', 'auc'],
    multilabel: ['accuracy', 'precision', 'recall', 'f1', 'auc'],
    regression: ['mae', 'rmse'],
  };

  it.each(TASKS)('%s has its metrics, and is told of them when asked for another', (task) => {
    expect(fitting(task).map(({ type }) => type)).toEqual(EXPECTED[task]);
    for (const name of NAMES.filter((other) => !EXPECTED[task].includes(other))) {
      const reason = metricMismatch(resolveMetric(name), task);
      expect(reason).toContain(`received a ${task} one`);
      for (const other of EXPECTED[task]) expect(reason).toContain(`"${other}"`);
    }
  });

  it('leaves out of a running training what keeps every prediction', () => {
    expect(runningMetrics(NAMES.map((name) => resolveMetric(name))).map(({ type }) => type)).toEqual(
      NAMES.filter((name) => name !== 'auc'),
    );
  });

  it('has every metric under its own name', () => {
    for (const [name, { type }] of Object.entries(metrics)) expect(type).toBe(name);
    expect(Object.keys(metrics).sort()).toEqual([...NAMES].sort());
  });
});
