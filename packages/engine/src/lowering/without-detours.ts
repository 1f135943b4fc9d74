/** A lowered graph without nodes that only bring a tensor from one shape to the next, and without those that nothing needs. */
import { applyOp, type Graph, type Value } from '../graph/graph.js';
import { sameShape } from '../graph/tensor-type.js';
import { type ReshapeAttributes, reshape, reshapeOp } from '../ops/reshape.js';
import { attributesOf } from './attributes.js';
import { lower } from './lower.js';

/** Only for graphs whose batch is fixed: shapes are written as they are. */
export function withoutDetours(graph: Graph): Graph {
  /** What each reshaped value was at first. */
  const sources = new Map<Value, Value>();
  const joined = lower(graph, {
    Reshape([x], node) {
      const [{ shape }] = node.outputs;
      // One to the same shape stands there on purpose: it keeps two nodes apart that onnxruntime would make one of.
      if (sameShape(x.shape, shape)) return [applyOp(reshapeOp, [x], attributesOf<ReshapeAttributes>(node))];
      const source = sources.get(x) ?? x;
      const y = reshape(source, shape);
      if (y !== source) sources.set(y, source);
      return [y];
    },
  });
  return lower(joined, {});
}
