import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Activation, applyActivation } from '../../packages/engine/src/activations/activation.js';
import { gradients } from '../../packages/engine/src/autodiff/gradients.js';
import { Graph, type Value } from '../../packages/engine/src/graph/graph.js';
import type { Shape } from '../../packages/engine/src/graph/tensor-type.js';
import { categoricalCrossentropy } from '../../packages/engine/src/losses/categorical-crossentropy.js';
import { type ConvAttributes, conv } from '../../packages/engine/src/ops/conv.js';
import { gemm } from '../../packages/engine/src/ops/gemm.js';
import { maxPool } from '../../packages/engine/src/ops/max-pool.js';
import type { Window } from '../../packages/engine/src/ops/window.js';
import { relativeError } from './numbers.js';
import { openGraph } from './session.js';

interface Tensor {
  readonly shape: Shape;
  readonly data: readonly number[];
}

/** What oracles/torch_operations.py stored of one call. */
interface Stored<A> {
  readonly attributes: A;
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly seed: Tensor;
  readonly output: Tensor;
  readonly gradients: Readonly<Record<string, Tensor>>;
}

interface StoredValues {
  readonly conv: readonly Stored<ConvAttributes>[];
  readonly max_pool: readonly Stored<Window>[];
  readonly linear: readonly Stored<object>[];
  readonly activation: readonly Stored<Activation>[];
  readonly cross_entropy: readonly Stored<{ labels: readonly number[] }>[];
}

const FILE = new URL('./oracles/torch-operations.json', import.meta.url);
const values: StoredValues = JSON.parse(readFileSync(FILE, 'utf8'));
const TOLERANCE = 1e-5;

/** Builds the operation in float32 and compares its output and every gradient with the stored ones. */
async function compare<A>(stored: Stored<A>, build: (inputs: Record<string, Value>, attributes: A) => Value) {
  const graph = new Graph();
  const declared = Object.entries(stored.inputs).map(
    ([name, { shape }]) => [name, graph.input(name, 'float32', shape)] as const,
  );
  const output = build(Object.fromEntries(declared), stored.attributes);
  const seed = graph.input('seed', 'float32', output.shape);
  const inputs = declared.map(([, value]) => value);
  graph.output('output', output);
  gradients(output, inputs, seed).forEach((gradient, i) => {
    if (gradient) graph.output(`gradient of ${inputs[i].name}`, gradient);
  });
  const session = await openGraph(graph);
  const feeds = Object.entries(stored.inputs).map(([name, { data }]) => [name, data] as const);
  const results = await session.run({ ...Object.fromEntries(feeds), seed: stored.seed.data });
  await session.release();

  expect(results.output.shape).toEqual(stored.output.shape);
  expect(relativeError(results.output.data, stored.output.data), 'output').toBeLessThanOrEqual(TOLERANCE);
  for (const [name, expected] of Object.entries(stored.gradients)) {
    const found = results[`gradient of ${name}`];
    expect(found?.shape, `gradient of ${name}`).toEqual(expected.shape);
    expect(relativeError(found.data, expected.data), `gradient of ${name}`).toBeLessThanOrEqual(TOLERANCE);
  }
}

function named<A>(list: readonly Stored<A>[]) {
  return list.map((stored) => {
    const shapes = Object.values(stored.inputs).map(({ shape }) => `[${shape}]`);
    return { stored, name: `${JSON.stringify(stored.attributes)} of ${shapes.join(', ')}` };
  });
}

describe('output and gradients are those that PyTorch gives', () => {
  it.each(named(values.conv))('of conv $name', ({ stored }) =>
    compare(stored, ({ x, w, b }, attributes) => conv(x, w, b, attributes)),
  );

  it.each(named(values.max_pool))('of max pooling $name', ({ stored }) =>
    compare(stored, ({ x }, attributes) => maxPool(x, attributes)),
  );

  it.each(named(values.linear))('of dense $name', ({ stored }) =>
    compare(stored, ({ x, kernel, bias }) => gemm(x, kernel, {}, bias)),
  );

  it.each(named(values.activation))('of the activation $name', ({ stored }) =>
    compare(stored, ({ x }, attributes) => applyActivation(attributes, x)),
  );

  it.each(named(values.cross_entropy))('of cross-entropy $name', ({ stored }) =>
    compare(stored, ({ logits }, { labels }) => {
      const classes = logits.graph.constant('int32', [labels.length], Int32Array.from(labels));
      return categoricalCrossentropy(logits, classes);
    }),
  );
});
