// Runs compiled evaluations on onnxruntime.
import type { EvaluationGraph } from '../../packages/engine/src/compile/evaluation.js';
import { type InputType, type Numbers, openOnnx, type Result } from './session.js';

/** The graph's outputs by name. */
export async function evaluateOnce(
  graph: EvaluationGraph,
  { images, labels, weights }: { images: Numbers; labels: Numbers; weights: ReadonlyMap<string, Numbers> },
): Promise<Readonly<Record<string, Result>>> {
  const types = new Map<string, InputType>([
    ...graph.parameters.map(({ input, shape }) => [input, { dtype: 'float32', shape }] as const),
    ...[graph.images, graph.labels].map((tensor) => [tensor.name, tensor] as const),
  ]);
  const session = await openOnnx(graph.onnx, types);
  try {
    return await session.run({
      ...Object.fromEntries(graph.parameters.map(({ input, name }) => [input, weights.get(name) ?? []])),
      [graph.images.name]: images,
      [graph.labels.name]: labels,
    });
  } finally {
    await session.release();
  }
}
