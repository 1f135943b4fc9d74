import type { Optimizer } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { Graph } from '../../packages/engine/src/graph/graph.js';
import { optimizerRule } from '../../packages/engine/src/optimizers/index.js';
import { anyNumbers, relativeError } from './numbers.js';
import { openGraph } from './session.js';

const COUNT = 12;
const STEPS = 20;

type Kind<T extends Optimizer['type']> = Extract<Optimizer, { type: T }>;

/** Kingma and Ba's algorithm 1, word for word. */
function adamReference({ beta_1, beta_2, epsilon }: Kind<'adam'>) {
  const m = new Float64Array(COUNT);
  const v = new Float64Array(COUNT);
  return (weights: Float64Array, gradient: Float64Array, step: number, rate: number) =>
    weights.map((w, i) => {
      m[i] = beta_1 * m[i] + (1 - beta_1) * gradient[i];
      v[i] = beta_2 * v[i] + (1 - beta_2) * gradient[i] ** 2;
      const first = m[i] / (1 - beta_1 ** step);
      const second = v[i] / (1 - beta_2 ** step);
      return w - (rate * first) / (Math.sqrt(second) + epsilon);
    });
}

function sgdReference({ momentum }: Kind<'sgd'>) {
  const velocity = new Float64Array(COUNT);
  return (weights: Float64Array, gradient: Float64Array, _step: number, rate: number) =>
    weights.map((w, i) => {
      velocity[i] = momentum * velocity[i] + gradient[i];
      return w - rate * velocity[i];
    });
}

const rateOf = (step: number) => 0.05 / Math.sqrt(step);
/** From step to step of very different size, and 0 at times. */
const gradientOf = (step: number) => anyNumbers(9, step, COUNT).map((g, i) => (i === 0 ? 0 : g * 10 ** ((i % 5) - 3)));

function adamOf(beta_1: number, beta_2: number, epsilon: number): Kind<'adam'> {
  return { type: 'adam', learning_rate: 0.05, beta_1, beta_2, epsilon, amsgrad: false, weight_decay: 0 };
}

function sgdOf(momentum: number): Kind<'sgd'> {
  return { type: 'sgd', learning_rate: 0.05, momentum, nesterov: false, weight_decay: 0 };
}

/** The weights after 20 steps of the compiled rule, in float32, and after 20 steps of the reference. */
async function follow(options: Kind<'adam'> | Kind<'sgd'>) {
  const rule = optimizerRule(options);
  const graph = new Graph();
  const declare = (name: string, shape: number[]) => [name, graph.input(name, 'float32', shape)] as const;
  const weight = graph.input('weight', 'float32', [COUNT]);
  const gradient = graph.input('gradient', 'float32', [COUNT]);
  const slots = Object.fromEntries(rule.slots.map((slot) => declare(slot, [COUNT])));
  const scalars = Object.fromEntries(rule.scalars.map((scalar) => declare(scalar, [])));
  const after = rule.update({ weight, gradient, slots, scalars });
  graph.output('weight:next', after.weight);
  for (const slot of rule.slots) graph.output(`${slot}:next`, after.slots[slot]);

  const reference = options.type === 'adam' ? adamReference(options) : sgdReference(options);
  const session = await openGraph(graph);
  let expected: Float64Array = anyNumbers(9, 0, COUNT);
  const start = expected;
  let state: Record<string, Float64Array> = { weight: expected };
  for (const slot of rule.slots) state[slot] = new Float64Array(COUNT);
  for (let step = 1; step <= STEPS; step++) {
    const values = Object.entries(rule.scalarValues(step, rateOf(step))).map(
      ([name, value]) => [name, [value]] as const,
    );
    const results = await session.run({ ...state, gradient: gradientOf(step), ...Object.fromEntries(values) });
    state = Object.fromEntries(Object.keys(state).map((name) => [name, results[`${name}:next`].data]));
    expected = reference(expected, gradientOf(step), step, rateOf(step));
  }
  await session.release();
  const moved = (weights: Float64Array) => weights.map((w, i) => w - start[i]);
  return relativeError(moved(state.weight), moved(expected));
}

const OPTIONS: readonly (Kind<'adam'> | Kind<'sgd'>)[] = [
  adamOf(0.9, 0.999, 1e-7),
  adamOf(0.5, 0.9, 1e-2),
  adamOf(0, 0, 1e-3),
  sgdOf(0),
  sgdOf(0.9),
];

describe('20 steps of an optimizer are those of its published algorithm', () => {
  it.each(OPTIONS.map((options) => ({ options, name: JSON.stringify(options) })))('$name', async ({ options }) => {
    expect(await follow(options)).toBeLessThan(1e-5);
  });
});
