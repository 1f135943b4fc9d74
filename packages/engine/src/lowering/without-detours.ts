/** A lowered graph without nodes that only bring a tensor from one shape to the next, and without those that nothing needs. */
import type { Graph, Value } from '../graph/graph.js';
import { reshape } from '../ops/reshape.js';
import { lower } from './lower.js';

/** Only for graphs whose batch is fixed: shapes are written as they are. */
export function withoutDetours(graph: Graph): Graph {
  /** What each reshaped value was at first. */
  const sources = new Map<Value, Value>();
  const joined = lower(graph, {
    Reshape([x], { outputs: [{ shape }] }) {
      const source = sources.get(x) ?? x;
      const y = reshape(source, shape);
      if (y !== source) sources.set(y, source);
      return [y];
    },
  });
  return lower(joined, {});
}
