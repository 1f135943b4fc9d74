// Compares a graph's output and gradients with what an oracle's script stored of one call.
import { expect } from 'vitest';
import { gradients } from '../../packages/engine/src/autodiff/gradients.js';
import { Graph, type Value } from '../../packages/engine/src/graph/graph.js';
import type { Shape } from '../../packages/engine/src/graph/tensor-type.js';
import { relativeError } from './numbers.js';
import { openGraph } from './session.js';

export interface StoredTensor {
  readonly shape: Shape;
  readonly data: readonly number[];
}

/** The output and, for the gradient `seed` that comes in, the gradient of each input. */
export interface StoredCall {
  readonly inputs: Readonly<Record<string, StoredTensor>>;
  readonly seed: StoredTensor;
  readonly output: StoredTensor;
  readonly gradients: Readonly<Record<string, StoredTensor>>;
  /** What the graph gives besides, by the name of its output. */
  readonly results?: Readonly<Record<string, StoredTensor>>;
}

const TOLERANCE = 1e-5;

/** Builds the graph in float32 and compares its output and every gradient with the stored ones. */
export async function compareWithStored(
  stored: StoredCall,
  build: (inputs: Readonly<Record<string, Value>>) => Value,
): Promise<void> {
  const graph = new Graph();
  const declared = Object.entries(stored.inputs).map(
    ([name, { shape }]) => [name, graph.input(name, 'float32', shape)] as const,
  );
  const output = build(Object.fromEntries(declared));
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
  const others = Object.entries(stored.gradients).map(([name, expected]) => [`gradient of ${name}`, expected] as const);
  for (const [name, expected] of [...others, ...Object.entries(stored.results ?? {})]) {
    const found = results[name];
    expect(found?.shape, name).toEqual(expected.shape);
    expect(relativeError(found.data, expected.data), name).toBeLessThanOrEqual(TOLERANCE);
  }
}
