/**
 * Reverse-mode differentiation. The driver walks the graph backwards, applies each operation's own rule, fits each
 * gradient to its value's shape and adds up what meets; it knows no operation's mathematics.
 */
import type { Graph, Node, Value } from '../graph/graph.js';
import { broadcastShapes, sameShape } from '../graph/tensor-type.js';
import { add } from '../ops/add.js';
import { expand } from '../ops/expand.js';
import { reduceSum } from '../ops/reduce-sum.js';
import { reshape } from '../ops/reshape.js';

/**
 * Gradients of a value with respect to `targets`, appended to the same graph.
 *
 * @param of the value; where it is no scalar, the gradient is that of Σ `of` · `seed`
 * @param seed the gradient that comes in from outside, of `of`'s shape; 1 when left out
 * @returns one gradient per target, of the target's shape; null where `of` does not depend on it
 */
export function gradients(of: Value, targets: readonly Value[], seed?: Value): (Value | null)[] {
  const graph = of.graph;
  const nodes = [...graph.nodes];
  const relevant = dependants(graph, targets);
  const parts = new Map<Value, Value[]>();
  const ones = () => expand(graph.scalar(1, of.dtype === 'float64' ? 'float64' : 'float32'), of.shape);
  parts.set(of, [seed ?? ones()]);

  for (const node of nodes.reverse()) {
    if (!node.outputs.some((output) => relevant.has(output) && parts.has(output))) continue;
    if (!node.inputs.some((input) => relevant.has(input))) continue;
    const incoming = node.outputs.map((output) => total(parts, output));
    if (!applyCustomGradient(node, incoming, parts)) applyRule(node, incoming, relevant, parts);
  }
  return targets.map((target) => total(parts, target));
}

/** The nodes that made the value get no gradient then, unless others lead to them. */
function applyCustomGradient(
  { outputs: [output] }: Node,
  [incoming]: (Value | null)[],
  parts: Map<Value, Value[]>,
): boolean {
  const custom = output.graph.customGradients.get(output);
  if (!custom || !incoming) return false;
  parts.set(custom.input, [...(parts.get(custom.input) ?? []), custom.gradient(incoming)]);
  return true;
}

function applyRule(node: Node, incoming: (Value | null)[], relevant: Set<Value>, parts: Map<Value, Value[]>): void {
  const { op, inputs, outputs, attributes } = node;
  if (!op.gradient) throw new Error(`${op.type} has no gradient, but a gradient was asked to pass through it`);
  const wanted = (i: number) => i < inputs.length && relevant.has(inputs[i]);
  const results = op.gradient({ inputs, outputs, gradients: incoming, attributes, wanted });
  inputs.forEach((input, i) => {
    const gradient = results[i];
    if (!gradient || !relevant.has(input)) return;
    const list = parts.get(input) ?? [];
    list.push(fit(gradient, input));
    parts.set(input, list);
  });
}

/** The values that depend on any target, the targets included. */
function dependants(graph: Graph, targets: readonly Value[]): Set<Value> {
  const reached = new Set<Value>(targets);
  for (const node of graph.nodes) {
    if (node.inputs.some((input) => reached.has(input))) for (const output of node.outputs) reached.add(output);
  }
  return reached;
}

function total(parts: Map<Value, Value[]>, value: Value): Value | null {
  const list = parts.get(value);
  if (!list) return null;
  const sum = list.reduce((left, right) => add(left, right));
  parts.set(value, [sum]);
  return sum;
}

/** Brings a gradient to its value's shape: sums the axes that broadcasting stretched, stretches those that were summed. */
function fit(gradient: Value, value: Value): Value {
  if (sameShape(gradient.shape, value.shape)) return gradient;
  const extra = gradient.shape.length - value.shape.length;
  const stretched = gradient.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < extra || (value.shape[axis - extra] === 1 && gradient.shape[axis] !== 1));
  const summed = reshapeAfterSum(reduceSum(gradient, stretched, 1), extra);
  return sameShape(summed.shape, value.shape)
    ? summed
    : expand(summed, broadcastShapes('gradient', summed.shape, value.shape));
}

function reshapeAfterSum(summed: Value, extra: number): Value {
  return extra > 0 ? reshape(summed, summed.shape.slice(extra)) : summed;
}
