/**
 * Lowering: rewrites a graph so that every node is an ONNX operator. A lowering is a record of rules for the
 * operations that ONNX does not have, or that the device wants written differently; all others are copied.
 */
import { Graph, isGenerated, type Node, type Value } from '../graph/graph.js';

/** Writes one node with other operations; gets the node's inputs in the new graph and returns its outputs there. */
export type LoweringRule = (inputs: readonly Value[], node: Node) => readonly Value[];

export type Lowering = Readonly<Record<string, LoweringRule>>;

/**
 * A copy of `graph` in which each node with a rule has been rewritten and nodes that no output needs are left out.
 * Names of inputs, outputs and named constants stay.
 */
export function lower(graph: Graph, lowering: Lowering): Graph {
  const target = new Graph();
  const moved = new Map<Value, Value>();
  for (const input of graph.inputs) moved.set(input, target.input(input.name, input.dtype, input.shape));
  moveNodes(graph, moved, target, lowering);
  for (const [name, value] of graph.outputs) target.output(name, moved.get(value) ?? missing(value));
  return target;
}

/** Brings constants and nodes to another graph. `moved` holds what stands there for the inputs, and gets the rest. */
export function moveNodes(graph: Graph, moved: Map<Value, Value>, target: Graph, lowering: Lowering = {}): void {
  const needed = neededValues(graph);
  for (const constant of graph.constants) {
    if (constant.constant && needed.has(constant)) moved.set(constant, copyConstant(constant, target));
  }
  for (const node of graph.nodes) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    const inputs = node.inputs.map((input) => moved.get(input) ?? missing(input));
    const outputs = rewrite(target, node, inputs, lowering);
    node.outputs.forEach((output, i) => {
      moved.set(output, outputs[i]);
    });
  }
}

export function rewrite(target: Graph, node: Node, inputs: readonly Value[], lowering: Lowering): readonly Value[] {
  const rule = lowering[node.op.type];
  if (rule) return rule(inputs, node);
  if (!node.op.onnx) throw new Error(`this lowering has no rule for ${node.op.type}`);
  return target.apply(node.op, inputs, node.attributes);
}

/** Scalars are shared with those that rules make. Only names from outside stay: the copy makes up its own. */
function copyConstant(value: Value, target: Graph): Value {
  const data = value.constant;
  if (!data) throw new Error(`${value.name} is no constant`);
  if (value.shape.length === 0 && (data instanceof Float32Array || data instanceof Float64Array)) {
    return target.scalar(data[0], data instanceof Float64Array ? 'float64' : 'float32');
  }
  return target.constant(value.dtype, value.shape, data, isGenerated(value.name) ? undefined : value.name);
}

export function neededValues(graph: Graph): Set<Value> {
  const needed = new Set<Value>(graph.outputs.values());
  for (const node of [...graph.nodes].reverse()) {
    if (node.outputs.some((output) => needed.has(output))) for (const input of node.inputs) needed.add(input);
  }
  return needed;
}

function missing(value: Value): never {
  throw new Error(`${value.name} is used before it is computed`);
}
