// One graph with its gradients in both lowerings, and how far apart they are.
import { gradients } from '../../packages/engine/src/autodiff/gradients.js';
import { Graph } from '../../packages/engine/src/graph/graph.js';
import { sizeOf } from '../../packages/engine/src/graph/tensor-type.js';
import { mul } from '../../packages/engine/src/ops/mul.js';
import { reduceSum } from '../../packages/engine/src/ops/reduce-sum.js';
import type { GradientCase } from './gradient-harness.js';
import { anyNumbers, relativeError } from './numbers.js';
import { type OpenGraph, openGraph, type Result } from './session.js';

const SEED = 17;
/** What is smaller than this is compared by its difference alone. */
const SMALL = 1e-2;

/** The output, the gradient of every input, and the sum of each gradient's squares, as a bound on their norm has it. */
export function graphOf({ inputs: declared, build }: GradientCase): Graph {
  const graph = new Graph();
  const inputs = declared.map(({ shape }, i) => graph.input(`x${i}`, 'float32', shape));
  const output = build(inputs);
  graph.output('y', output);
  gradients(output, inputs, graph.input('seed', 'float32', output.shape)).forEach((gradient, i) => {
    if (!gradient) return;
    graph.output(`gradient ${i}`, gradient);
    const axes = gradient.shape.map((_, axis) => axis);
    graph.output(`squares ${i}`, reduceSum(mul(gradient, gradient), axes));
  });
  return graph;
}

export async function resultsOf(
  subject: GradientCase,
  lowering: (graph: Graph) => Graph,
): Promise<Readonly<Record<string, Result>>> {
  const graph = graphOf(subject);
  const feeds = graph.inputs.map(({ name, shape }, i) => {
    const { draw = anyNumbers } = subject.inputs[i] ?? {};
    return [name, draw(SEED, i, sizeOf(shape))] as const;
  });
  const session: OpenGraph = await openGraph(graph, lowering);
  try {
    return await session.run(Object.fromEntries(feeds));
  } finally {
    await session.release();
  }
}

/** The output that differs most, and by what share of its largest number. */
export function farthestOutput(
  found: Readonly<Record<string, Result>>,
  expected: Readonly<Record<string, Result>>,
): { name: string; error: number } {
  const errors = Object.entries(expected).map(([name, { data }]) => {
    return { name, error: relativeError(found[name]?.data ?? [], data, SMALL) };
  });
  return errors.reduce((a, b) => (b.error > a.error ? b : a));
}
