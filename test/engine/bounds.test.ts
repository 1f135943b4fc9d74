// Regularisers, constraints and clipped gradients, each as a graph on onnxruntime, against Keras' formulas in float64.
import { describe, expect, it } from 'vitest';
import { gradients } from '../../packages/engine/src/autodiff/gradients.js';
import { CONSTRAINTS, type Constraint, constrain } from '../../packages/engine/src/constraints/constraint.js';
import { Graph, type Value } from '../../packages/engine/src/graph/graph.js';
import { sizeOf } from '../../packages/engine/src/graph/tensor-type.js';
import { clipByGlobalNorm, clipByValue } from '../../packages/engine/src/optimizers/clipping.js';
import { penalty, REGULARIZERS, type Regularizer } from '../../packages/engine/src/regularizers/regularizer.js';
import { anyNumbers, relativeError } from './numbers.js';
import { type Numbers, openGraph } from './session.js';

const SHAPE = [4, 3, 2, 2];
const COUNT = sizeOf(SHAPE);
const WEIGHT = anyNumbers(3, 0, COUNT);

/** What a graph makes of one weight. */
async function apply(weight: Numbers, shape: readonly number[], build: (weight: Value) => Value) {
  const graph = new Graph();
  graph.output('y', build(graph.input('w', 'float32', shape)));
  const session = await openGraph(graph);
  const { y } = await session.run({ w: weight });
  await session.release();
  return y;
}

const sum = (values: Float64Array) => values.reduce((total, x) => total + x, 0);
const l1Of = (weight: Float64Array) => sum(weight.map(Math.abs));
const l2Of = (weight: Float64Array) => sum(weight.map((w) => w * w));

const PENALTIES: readonly { regularizer: Regularizer; l1: number; l2: number }[] = [
  { regularizer: { type: 'l1' }, l1: 0.01, l2: 0 },
  { regularizer: { type: 'l1', l1: 0.3 }, l1: 0.3, l2: 0 },
  { regularizer: { type: 'l2' }, l1: 0, l2: 0.01 },
  { regularizer: { type: 'l2', l2: 0.7 }, l1: 0, l2: 0.7 },
  { regularizer: { type: 'l1_l2' }, l1: 0, l2: 0 },
  { regularizer: { type: 'l1_l2', l1: 0.2 }, l1: 0.2, l2: 0 },
  { regularizer: { type: 'l1_l2', l1: 0.2, l2: 0.4 }, l1: 0.2, l2: 0.4 },
];

describe('a penalty', () => {
  it.each(PENALTIES)('of $regularizer is l1 · Σ|w| + l2 · Σw²', async ({ regularizer, l1, l2 }) => {
    const { shape, data } = await apply(WEIGHT, SHAPE, (weight) => penalty(regularizer, weight));
    expect(shape).toEqual([]);
    expect(relativeError(data, [l1 * l1Of(WEIGHT) + l2 * l2Of(WEIGHT)], 1)).toBeLessThan(1e-6);
  });

  it.each(PENALTIES)('of $regularizer has the gradient l1 · sign(w) + 2 · l2 · w', async ({ regularizer, l1, l2 }) => {
    const weight = Float64Array.from(WEIGHT, (w, i) => (i === 0 ? 0 : w));
    const { data } = await apply(weight, SHAPE, (value) => {
      const [gradient] = gradients(penalty(regularizer, value), [value]);
      if (!gradient) throw new Error('the penalty does not depend on the weight');
      return gradient;
    });
    const expected = weight.map((w) => l1 * Math.sign(w) + 2 * l2 * w);
    expect(relativeError(data, expected, 1)).toBeLessThan(1e-6);
  });

  it('of every regulariser is tested', () => {
    const tested = new Set(PENALTIES.map(({ regularizer }) => regularizer.type));
    expect([...tested].sort()).toEqual(Object.keys(REGULARIZERS).sort());
  });
});

/** Keras' formula in float64; `axes` are the weight's own. */
function constrained(constraint: Constraint, axes: readonly number[]): Float64Array {
  if (constraint.type === 'non_neg') return WEIGHT.map((w) => Math.max(w, 0));
  const group = (i: number) =>
    placeOf(i)
      .filter((_, axis) => !axes.includes(axis))
      .join();
  const squares = new Map<string, number>();
  for (const [i, w] of WEIGHT.entries()) squares.set(group(i), (squares.get(group(i)) ?? 0) + w * w);
  return WEIGHT.map((w, i) => {
    const norm = Math.sqrt(squares.get(group(i)) ?? 0);
    const wanted = constraint.type === 'unit_norm' ? 1 : Math.min(norm, constraint.max_value ?? 2);
    return (w * wanted) / (1e-7 + norm);
  });
}

function placeOf(index: number): number[] {
  let rest = index;
  return SHAPE.map((_, axis) => {
    const stride = sizeOf(SHAPE.slice(axis + 1));
    const place = Math.floor(rest / stride);
    rest %= stride;
    return place;
  });
}

/** A convolution's kernel [O, I, h, w], which Keras has as [h, w, I, O]. */
const KERNEL_AXES = [2, 3, 1, 0];

const BOUNDS: readonly { constraint: Constraint; axes: readonly number[] }[] = [
  { constraint: { type: 'max_norm' }, axes: [2] },
  { constraint: { type: 'max_norm', max_value: 1.5, axis: [0, 1, 2] }, axes: [1, 2, 3] },
  { constraint: { type: 'max_norm', max_value: 2.5, axis: -1 }, axes: [0] },
  { constraint: { type: 'max_norm', max_value: 1, axis: [0, -4, 1] }, axes: [2, 3] },
  { constraint: { type: 'max_norm', max_value: 100 }, axes: [2] },
  { constraint: { type: 'unit_norm' }, axes: [2] },
  { constraint: { type: 'unit_norm', axis: [0, 1, 2] }, axes: [1, 2, 3] },
  { constraint: { type: 'non_neg' }, axes: [] },
];

describe('a constraint', () => {
  it.each(BOUNDS)('$constraint brings weights back to its bound', async ({ constraint, axes }) => {
    const { shape, data } = await apply(WEIGHT, SHAPE, (weight) => constrain(constraint, weight, KERNEL_AXES));
    expect(shape).toEqual(SHAPE);
    const expected = constrained(constraint, axes);
    expect(relativeError(data, expected)).toBeLessThan(1e-6);
    const isFar = constraint.type === 'max_norm' && constraint.max_value === 100;
    expect(relativeError(data, WEIGHT) > 0.1).toBe(!isFar);
  });

  it('leaves zero weights zero', async () => {
    for (const type of ['max_norm', 'unit_norm', 'non_neg'] as const) {
      const { data } = await apply(new Float64Array(6), [2, 3], (weight) => constrain({ type }, weight, [0, 1]));
      expect(data.every((w) => w === 0)).toBe(true);
    }
  });

  it('refuses an axis that the weight does not have', () => {
    const weight = new Graph().input('w', 'float32', [2, 3]);
    expect(() => constrain({ type: 'max_norm', axis: 2 }, weight, [0, 1])).toThrow('expected an axis from -2 to 1');
    expect(() => constrain({ type: 'max_norm', axis: -3 }, weight, [0, 1])).toThrow('received -3');
  });

  it('of every kind is tested', () => {
    const tested = new Set(BOUNDS.map(({ constraint }) => constraint.type));
    expect([...tested].sort()).toEqual(Object.keys(CONSTRAINTS).sort());
  });
});

describe('clipped gradients', () => {
  const [first, second] = [anyNumbers(4, 0, 6), anyNumbers(4, 1, 4)];

  async function clip(feeds: { a: Numbers; b: Numbers }, bound: (gradients: Value[]) => Value[]) {
    const graph = new Graph();
    const found = bound([graph.input('a', 'float32', [2, 3]), graph.input('b', 'float32', [4])]);
    found.forEach((gradient, i) => {
      graph.output(`${i}`, gradient);
    });
    const session = await openGraph(graph);
    const results = await session.run(feeds);
    await session.release();
    return [...results[0].data, ...results[1].data];
  }

  it('keep their direction, and together have the largest norm', async () => {
    const norm = Math.sqrt(l2Of(first) + l2Of(second));
    const found = await clip({ a: first, b: second }, (both) => clipByGlobalNorm(both, norm / 3));
    const expected = [...first, ...second].map((g) => g / 3 / (1 + 1e-6 / norm));
    expect(relativeError(found, expected)).toBeLessThan(1e-6);
  });

  it('are left alone below that norm', async () => {
    const norm = Math.sqrt(l2Of(first) + l2Of(second));
    const found = await clip({ a: first, b: second }, (both) => clipByGlobalNorm(both, norm * 1.01));
    expect(found).toEqual([...first, ...second]);
  });

  it('of zero stay zero', async () => {
    const zeros = { a: new Float64Array(6), b: new Float64Array(4) };
    expect(await clip(zeros, (both) => clipByGlobalNorm(both, 1))).toEqual([...zeros.a, ...zeros.b]);
  });

  it('are bounded one by one', async () => {
    const found = await clip({ a: first, b: second }, (both) => clipByValue(both, 0.5));
    expect(found).toEqual([...first, ...second].map((g) => Math.max(-0.5, Math.min(0.5, g))));
    expect(found).not.toEqual([...first, ...second]);
  });

  it('of no weights are none', () => {
    expect(clipByGlobalNorm([], 1)).toEqual([]);
  });
});
