/** Operations of a graph that others described: products are counted, and one operation for each element of the rest. */
import type { Graph, Node } from '../graph/graph.js';
import { sizeOf } from '../graph/tensor-type.js';

const FREE: readonly string[] = ['Reshape', 'Transpose', 'Concat', 'Slice', 'Pad'];

/** Floating-point operations of one run; a multiply-add counts as two. */
export function flopsOf({ nodes }: Graph): number {
  return nodes.reduce((sum, node) => sum + nodeFlops(node), 0);
}

function nodeFlops({ op, inputs, outputs: [output], attributes }: Node): number {
  const elements = sizeOf(output.shape);
  if (FREE.includes(op.type)) return 0;
  if (op.type === 'Conv') return elements * (2 * sizeOf(inputs[1].shape.slice(1)) + (inputs.length > 2 ? 1 : 0));
  if (op.type === 'MatMul') return elements * 2 * inputs[0].shape[inputs[0].shape.length - 1];
  if (op.type === 'Gemm') {
    const isTransposed = 'transA' in attributes && attributes.transA === 1;
    return elements * (2 * inputs[0].shape[isTransposed ? 0 : 1] + (inputs.length > 2 ? 1 : 0));
  }
  return elements;
}
