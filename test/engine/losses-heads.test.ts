import { LOSSES, type LossName, resolveLoss } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { Graph } from '../../packages/engine/src/graph/graph.js';
import { ShapeError } from '../../packages/engine/src/graph/tensor-type.js';
import { losses, lossFor, smoothingMismatch } from '../../packages/engine/src/losses/index.js';
import { predictionsOf, targetsOf } from '../../packages/engine/src/losses/targets.js';
import type { Head, Task } from '../../packages/engine/src/model/head.js';
import { labelType } from './loss-graph.js';
import { openGraph } from './session.js';

const NAMES = Object.keys(LOSSES) as LossName[];
const ACTIVATIONS = ['softmax', 'sigmoid', 'linear', 'tanh', 'relu'];
const UNITS: Readonly<Record<Task, number>> = { multiclass: 3, binary: 1, multilabel: 3, regression: 2 };
const TASKS = Object.keys(UNITS) as Task[];

/** The losses of each end of a model; none where it is not here. */
const FITTING: Readonly<Record<string, readonly LossName[]>> = {
  'multiclass softmax': ['categorical_crossentropy', 'sparse_categorical_crossentropy', 'focal'],
  'multiclass sigmoid': ['binary_crossentropy', 'focal'],
  'multiclass linear': ['hinge'],
  'multiclass tanh': ['hinge'],
  'binary sigmoid': ['binary_crossentropy', 'focal'],
  'binary linear': ['hinge'],
  'binary tanh': ['hinge'],
  'multilabel sigmoid': ['binary_crossentropy', 'focal'],
  'regression sigmoid': ['mse', 'mae', 'huber'],
  'regression linear': ['mse', 'mae', 'huber'],
  'regression tanh': ['mse', 'mae', 'huber'],
  'regression relu': ['mse', 'mae', 'huber'],
};

const heads: readonly Head[] = TASKS.flatMap((task) =>
  ACTIVATIONS.map((activation) => ({ task, units: UNITS[task], activation })),
);

function fits(name: LossName, head: Head): boolean {
  return lossFor(resolveLoss(name)).mismatch(head) === null;
}

describe('losses and heads', () => {
  it.each(heads)('$task with $activation has its losses', (head) => {
    expect(NAMES.filter((name) => fits(name, head))).toEqual(FITTING[`${head.task} ${head.activation}`] ?? []);
  });

  it.each(heads)('$task with $activation: every remedy is one', (head) => {
    for (const name of NAMES) {
      const reason = lossFor(resolveLoss(name)).mismatch(head);
      if (reason === null) continue;
      expect(reason).toContain(`"${name}" expected `);
      expect(reason).toContain(`received a ${head.task} model that ends in "${head.activation}". `);
      const remedies = reason.slice(reason.indexOf('". ') + 3);
      checkRemedies(name, head, remedies);
    }
  });

  it('has every loss under its own name', () => {
    for (const [name, { type }] of Object.entries(losses)) expect(type).toBe(name);
    expect(Object.keys(losses).sort()).toEqual([...NAMES].sort());
  });

  it('says where label smoothing has no meaning', () => {
    const smoothed = ['categorical_crossentropy', 'sparse_categorical_crossentropy', 'binary_crossentropy', 'focal'];
    for (const name of NAMES) {
      expect(smoothingMismatch(resolveLoss(name), 0)).toBeNull();
      const reason = smoothingMismatch(resolveLoss(name), 0.1);
      if (smoothed.includes(name)) expect(reason).toBeNull();
      else for (const other of smoothed) expect(reason).toContain(`"${other}"`);
    }
  });
});

/** What is proposed fits: another end for this loss, other losses for this end, or an end that has losses. */
function checkRemedies(name: LossName, head: Head, remedies: string): void {
  const end = /nd the last layer in "(\w+)"/.exec(remedies)?.[1];
  const pair = remedies.startsWith('Give the last layer 2 units and "softmax"');
  const others = (/se the loss (.*)$/.exec(remedies)?.[1] ?? '').match(/\w+(?=")/g) ?? [];
  const anyLoss = remedies.endsWith(' and use a loss for it');
  expect(end !== undefined || pair || others.length > 0, remedies).toBe(true);
  if (pair) expect(fits(name, { task: 'multiclass', units: 2, activation: 'softmax' })).toBe(true);
  if (end)
    expect(NAMES.some((loss) => (anyLoss || loss === name) && fits(loss, { ...head, activation: end }))).toBe(true);
  for (const other of others)
    expect(
      NAMES.some((loss) => loss === other && fits(loss, head)),
      other,
    ).toBe(true);
}

async function targets(head: Head, labels: readonly number[], rows: number) {
  const graph = new Graph();
  const { dtype, shape } = labelType(head, rows);
  graph.output('targets', targetsOf(graph.input('labels', dtype, shape), head));
  return runOnce(graph, { labels }, 'targets');
}

async function predictions(head: Head, outputs: readonly number[], rows: number) {
  const graph = new Graph();
  graph.output('predictions', predictionsOf(graph.input('outputs', 'float32', [rows, head.units]), head));
  return runOnce(graph, { outputs }, 'predictions');
}

async function runOnce(graph: Graph, feeds: Readonly<Record<string, readonly number[]>>, output: string) {
  const session = await openGraph(graph);
  const results = await session.run(feeds);
  await session.release();
  return { shape: results[output].shape, data: [...results[output].data] };
}

const LINEAR: Head = { task: 'regression', units: 2, activation: 'linear' };
const SCALE = { mean: [14, 5], std: [8, 0] };

const sigmoidOf = (z: number) => 1 / (1 + Math.exp(-z));

describe('targets', () => {
  it('are one-hot for classes', async () => {
    const head: Head = { task: 'multiclass', units: 3, activation: 'softmax' };
    expect(await targets(head, [2, 0], 2)).toEqual({ shape: [2, 3], data: [0, 0, 1, 1, 0, 0] });
  });

  it('are a column of 0 and 1 where binary', async () => {
    const head: Head = { task: 'binary', units: 1, activation: 'sigmoid' };
    expect(await targets(head, [1, 0, 1], 3)).toEqual({ shape: [3, 1], data: [1, 0, 1] });
  });

  it.each(['multilabel', 'regression'] as const)('are the labels themselves of %s', async (task) => {
    const head: Head = { task, units: 2, activation: 'sigmoid' };
    expect(await targets(head, [1, 0, 0.5, 1], 2)).toEqual({ shape: [2, 2], data: [1, 0, 0.5, 1] });
  });

  it('are standardised where a regression has a scale; one that never varies is only shifted', async () => {
    const found = await targets({ ...LINEAR, targets: SCALE }, [10, 5, 30, 7], 2);
    expect(found).toEqual({ shape: [2, 2], data: [-0.5, 0, 2, 2] });
  });

  it('refuse labels of another kind', () => {
    const graph = new Graph();
    const indices = graph.input('indices', 'int32', [4]);
    const numbers = graph.input('numbers', 'float32', [4, 3]);
    expect(() => targetsOf(indices, { task: 'multilabel', units: 3, activation: 'sigmoid' })).toThrow(ShapeError);
    expect(() => targetsOf(numbers, { task: 'multiclass', units: 3, activation: 'softmax' })).toThrow(ShapeError);
    expect(() => targetsOf(numbers, { task: 'regression', units: 2, activation: 'linear' })).toThrow(ShapeError);
  });
});

describe('predictions', () => {
  it.each([
    ['multiclass', 'softmax'],
    ['multiclass', 'sigmoid'],
    ['multilabel', 'sigmoid'],
    ['regression', 'linear'],
  ] as const)('are the outputs of %s with %s', async (task, activation) => {
    const outputs = [0.25, 0.5, 0.125, 0.75];
    expect(await predictions({ task, units: 2, activation }, outputs, 2)).toEqual({ shape: [2, 2], data: outputs });
  });

  it('are in the unit of the targets where a regression has a scale', async () => {
    const found = await predictions({ ...LINEAR, targets: SCALE }, [-0.5, 0, 2, 2], 2);
    expect(found).toEqual({ shape: [2, 2], data: [10, 5, 30, 7] });
  });

  it('are the probabilities of both classes where binary', async () => {
    const found = await predictions({ task: 'binary', units: 1, activation: 'sigmoid' }, [0.25, 1], 2);
    expect(found).toEqual({ shape: [2, 2], data: [0.75, 0.25, 0, 1] });
  });

  it.each(['linear', 'tanh'])('of binary scores (%s) go through a sigmoid', async (activation) => {
    const { shape, data } = await predictions({ task: 'binary', units: 1, activation }, [0.5, -1], 2);
    expect(shape).toEqual([2, 2]);
    [1 - sigmoidOf(0.5), sigmoidOf(0.5), 1 - sigmoidOf(-1), sigmoidOf(-1)].forEach((p, i) => {
      expect(data[i]).toBeCloseTo(p, 6);
    });
  });

  it.each(['linear', 'tanh'])('of class scores (%s) go through a softmax', async (activation) => {
    const { data } = await predictions({ task: 'multiclass', units: 3, activation }, [1, -1, 0.5], 1);
    const sum = Math.exp(1) + Math.exp(-1) + Math.exp(0.5);
    [1, -1, 0.5].forEach((score, i) => {
      expect(data[i]).toBeCloseTo(Math.exp(score) / sum, 6);
    });
  });
});
