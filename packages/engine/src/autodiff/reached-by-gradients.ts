/** Which values a gradient can be asked for: some operations, as those kept from a backbone's file, have none. */
import type { Value } from '../graph/graph.js';

/** The values that `of` depends on, along operations that all have gradients; `of` itself among them. */
export function reachedByGradients(of: Value): ReadonlySet<Value> {
  const needed = new Set([of]);
  const blocked = new Set<Value>();
  for (const { op, inputs, outputs } of of.graph.nodes.toReversed()) {
    if (!outputs.some((output) => needed.has(output))) continue;
    const isBlocked = !op.gradient || outputs.some((output) => blocked.has(output));
    for (const input of inputs) {
      needed.add(input);
      if (isBlocked) blocked.add(input);
    }
  }
  return new Set([...needed].filter((value) => !blocked.has(value)));
}
