// Compares a graph's output and gradients with what an oracle's script stored of one call.
import { expect } from 'vitest';
import { gradients } from '../../packages/engine/src/autodiff/gradients.js';
import { Graph, type Value } from '../../packages/engine/src/graph/graph.js';
import type { Shape } from '../../packages/engine/src/graph/tensor-type.js';
import { throughBlocks } from './gradient-harness.js';
import { blocked, portable, type TestLowering } from './lowerings.js';
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

type Build = (inputs: Readonly<Record<string, Value>>) => Value;

/** Builds the graph in float32 and compares its output and every gradient with the stored ones, in every lowering. */
export async function compareWithStored(
  stored: StoredCall,
  build: Build,
  { toleranceInBlocks = TOLERANCE }: { toleranceInBlocks?: number } = {},
): Promise<void> {
  await compareIn(portable, stored, { build, tolerance: TOLERANCE });
  for (const lowering of blocked) {
    const through = (inputs: Readonly<Record<string, Value>>) => {
      const placed = Object.entries(inputs).map(([name, input]) => [name, throughBlocks(input)] as const);
      return throughBlocks(build(Object.fromEntries(placed)));
    };
    await compareIn(lowering, stored, { build: through, tolerance: toleranceInBlocks });
  }
}

async function compareIn(
  { name: lowering, lower }: TestLowering,
  stored: StoredCall,
  { build, tolerance }: { build: Build; tolerance: number },
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
  const session = await openGraph(graph, lower);
  const feeds = Object.entries(stored.inputs).map(([name, { data }]) => [name, data] as const);
  const results = await session.run({ ...Object.fromEntries(feeds), seed: stored.seed.data });
  await session.release();

  expect(results.output.shape).toEqual(stored.output.shape);
  expect(relativeError(results.output.data, stored.output.data), `output, ${lowering}`).toBeLessThanOrEqual(tolerance);
  const others = Object.entries(stored.gradients).map(([name, expected]) => [`gradient of ${name}`, expected] as const);
  for (const [name, expected] of [...others, ...Object.entries(stored.results ?? {})]) {
    const found = results[name];
    expect(found?.shape, `${name}, ${lowering}`).toEqual(expected.shape);
    expect(relativeError(found.data, expected.data), `${name}, ${lowering}`).toBeLessThanOrEqual(tolerance);
  }
}
