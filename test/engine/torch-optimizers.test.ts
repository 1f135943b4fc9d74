import { type Optimizer, type OptimizerOptions, resolveOptimizer } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { gradients } from '../../packages/engine/src/autodiff/gradients.js';
import { Graph, type Value } from '../../packages/engine/src/graph/graph.js';
import { add } from '../../packages/engine/src/ops/add.js';
import { gemm } from '../../packages/engine/src/ops/gemm.js';
import { mul } from '../../packages/engine/src/ops/mul.js';
import { reduceSum } from '../../packages/engine/src/ops/reduce-sum.js';
import { sub } from '../../packages/engine/src/ops/sub.js';
import { averageWeight } from '../../packages/engine/src/optimizers/average.js';
import { clipByGlobalNorm, clipByValue } from '../../packages/engine/src/optimizers/clipping.js';
import { optimizerRule } from '../../packages/engine/src/optimizers/index.js';
import type { OptimizerRule } from '../../packages/engine/src/optimizers/optimizer.js';
import { relativeError } from './numbers.js';
import stored from './oracles/torch-optimizers.json' with { type: 'json' };
import { openGraph } from './session.js';

interface Tensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** One training that oracles/torch_optimizers.py stored: the weights after some of its steps. */
interface Case {
  readonly name: string;
  readonly optimizer: Optimizer;
  readonly clip_norm?: number;
  readonly clip_value?: number;
  readonly ema_decay?: number;
  readonly weights: Readonly<Record<string, readonly number[]>>;
  readonly average?: readonly number[];
}

const { problem, steps, rate_decay } = stored;
const cases = stored.cases.map((each): Case => {
  const optimizer = each.optimizer as OptimizerOptions;
  return { ...each, optimizer: resolveOptimizer(optimizer), weights: { ...each.weights } };
});
const NAMES = ['kernel', 'bias'] as const;
const START = [...problem.kernel.data, ...problem.bias.data];
const TOLERANCE = 1e-5;

/** The gradients of the mean squared error, summed over the units. */
function gradientsOf(graph: Graph, [kernel, bias]: readonly Value[]): Value[] {
  const constant = ({ shape, data }: Tensor) => graph.constant('float32', shape, Float32Array.from(data));
  const errors = sub(add(gemm(constant(problem.inputs), kernel), bias), constant(problem.targets));
  const loss = mul(reduceSum(mul(errors, errors), [0, 1]), graph.scalar(1 / problem.inputs.shape[0]));
  return gradients(loss, [kernel, bias]).map((gradient) => {
    if (!gradient) throw new Error('the loss depends on neither weight');
    return gradient;
  });
}

function clipped(found: Value[], { clip_norm, clip_value }: Case): Value[] {
  const bounded = clip_value === undefined ? found : clipByValue(found, clip_value);
  return clip_norm === undefined ? bounded : clipByGlobalNorm(bounded, clip_norm);
}

/** One step of the training as a graph; outputs are the inputs that they replace, with `:next`. */
function stepGraph(training: Case, rule: OptimizerRule): Graph {
  const graph = new Graph();
  const weights = NAMES.map((name) => graph.input(name, 'float32', problem[name].shape));
  const scalars = Object.fromEntries(rule.scalars.map((name) => [name, graph.input(name, 'float32', [])]));
  const found = clipped(gradientsOf(graph, weights), training);
  weights.forEach((weight, i) => {
    const { name, shape } = weight;
    const slots = Object.fromEntries(
      rule.slots.map((slot) => [slot, graph.input(`${slot}/${name}`, 'float32', shape)]),
    );
    const after = rule.update({ weight, gradient: found[i], slots, scalars });
    graph.output(`${name}:next`, after.weight);
    for (const slot of rule.slots) graph.output(`${slot}/${name}:next`, after.slots[slot]);
    if (training.ema_decay === undefined) return;
    const average = graph.input(`average/${name}`, 'float32', shape);
    graph.output(`average/${name}:next`, averageWeight(average, after.weight, training.ema_decay));
  });
  return graph;
}

function startOf(training: Case, rule: OptimizerRule): Record<string, ArrayLike<number>> {
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const { data } = problem[name];
      const slots = rule.slots.map((slot) => [`${slot}/${name}`, data.map(() => rule.initial?.[slot] ?? 0)] as const);
      const average = training.ema_decay === undefined ? [] : [[`average/${name}`, data] as const];
      return [[name, data] as const, ...slots, ...average];
    }),
  );
}

/** The weights after each step that was stored, and the averages at the end. */
async function train(training: Case, rule = optimizerRule(training.optimizer)) {
  const session = await openGraph(stepGraph(training, rule));
  let state = startOf(training, rule);
  const flat = (prefix = '') => NAMES.flatMap((name) => Array.from(state[prefix + name]));
  const weights: Record<string, number[]> = {};
  for (let step = 1; step <= steps; step++) {
    const rate = training.optimizer.learning_rate * rate_decay ** (step - 1);
    const scalars = Object.entries(rule.scalarValues(step, rate)).map(([name, value]) => [name, [value]] as const);
    const results = await session.run({ ...state, ...Object.fromEntries(scalars) });
    state = Object.fromEntries(Object.keys(state).map((name) => [name, results[`${name}:next`].data]));
    if (training.weights[step]) weights[step] = flat();
  }
  const average = training.ema_decay === undefined ? undefined : flat('average/');
  await session.release();
  return { weights, average };
}

/** How far the ways that the weights have come are apart. */
function distance(actual: readonly number[], expected: readonly number[]): number {
  const moved = (weights: readonly number[]) => weights.map((w, i) => w - START[i]);
  return relativeError(moved(actual), moved(expected));
}

describe('the weights follow those of PyTorch, or of Keras where its formula differs', () => {
  it.each(cases)('$name', async (training) => {
    const { weights, average } = await train(training);
    const places = Object.keys(training.weights);
    expect(places).toEqual(['1', '2', '10', '40']);
    for (const place of places) expect(distance(weights[place], training.weights[place])).toBeLessThan(TOLERANCE);
    if (training.average) expect(distance(average ?? [], training.average)).toBeLessThan(TOLERANCE);
  });

  it('every optimizer is there, with and without weight decay', () => {
    const found = (decays: boolean) =>
      new Set(
        cases.filter(({ optimizer }) => optimizer.weight_decay > 0 === decays).map((each) => each.optimizer.type),
      );
    const all = ['adadelta', 'adagrad', 'adam', 'lion', 'rmsprop', 'sgd'];
    expect([...found(false)].sort()).toEqual(all);
    expect([...found(true)].sort()).toEqual([...all, 'adamw'].sort());
  });
});

/** The same training with one option a little off. */
function altered(training: Case, option: string): Case {
  const options = { ...training.optimizer };
  const value: unknown = Reflect.get(options, option);
  Reflect.set(options, option, typeof value === 'boolean' ? !value : Number(value) * 0.95);
  return { ...training, optimizer: options };
}

const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  'sgd nesterov decay': ['learning_rate', 'momentum', 'nesterov', 'weight_decay'],
  'adam large epsilon': ['learning_rate', 'beta_1', 'beta_2', 'epsilon', 'amsgrad', 'weight_decay'],
  'adamw amsgrad': ['learning_rate', 'beta_1', 'beta_2', 'epsilon', 'amsgrad', 'weight_decay'],
  'rmsprop centered momentum decay': ['learning_rate', 'rho', 'momentum', 'epsilon', 'centered', 'weight_decay'],
  'adagrad decay': ['learning_rate', 'initial_accumulator_value', 'epsilon', 'weight_decay'],
  'adadelta decay': ['learning_rate', 'rho', 'epsilon', 'weight_decay'],
  'lion decay': ['learning_rate', 'beta_1', 'beta_2', 'weight_decay'],
};

/** A rule whose state is lost after every step. */
function forgetful(rule: OptimizerRule): OptimizerRule {
  return { ...rule, update: (input) => ({ ...rule.update(input), slots: input.slots }) };
}

describe('the comparison notices', () => {
  const wrong = Object.entries(OPTIONS).flatMap(([name, options]) => options.map((option) => ({ name, option })));
  it.each(wrong)('$name with another $option', async ({ name, option }) => {
    const training = caseOf(name);
    const { weights } = await train(altered(training, option));
    expect(distance(weights[steps], training.weights[steps])).toBeGreaterThan(100 * TOLERANCE);
  });

  it('every option of every optimizer is altered', () => {
    const types = new Set(Object.keys(OPTIONS).map((name) => caseOf(name).optimizer.type));
    expect(types).toEqual(new Set(cases.map(({ optimizer }) => optimizer.type)));
    for (const [name, options] of Object.entries(OPTIONS)) {
      expect(['type', ...options].sort()).toEqual(Object.keys(caseOf(name).optimizer).sort());
    }
  });

  it.each(Object.keys(OPTIONS))('%s without its state', async (name) => {
    const training = caseOf(name);
    const { weights } = await train(training, forgetful(optimizerRule(training.optimizer)));
    expect(distance(weights[steps], training.weights[steps])).toBeGreaterThan(100 * TOLERANCE);
  });

  it.each([
    { name: 'sgd, norm clipped', limit: { clip_norm: 2.1 } },
    { name: 'sgd, norm clipped', limit: { clip_norm: undefined } },
    { name: 'sgd, values clipped', limit: { clip_value: 0.8 } },
    { name: 'sgd, values clipped', limit: { clip_value: undefined } },
  ])('$name with $limit instead', async ({ name, limit }) => {
    const training = caseOf(name);
    const { weights } = await train({ ...training, ...limit });
    expect(distance(weights[steps], training.weights[steps])).toBeGreaterThan(100 * TOLERANCE);
  });
});

function caseOf(name: string): Case {
  const found = cases.find((each) => each.name === name);
  if (!found) throw new Error(`there is no case ${name}`);
  return found;
}
