/** Adds a backbone's nodes to a graph, as operations that have gradients. */
import type { Value } from '../graph/graph.js';
import { transpose } from '../ops/transpose.js';
import type { BackboneGraph, BackboneNode } from './graph.js';
import { AttributeReader, type ReplayContext, UnsupportedNode } from './operator.js';
import { operators } from './operators/index.js';

/**
 * @param images float32 [N, C, H, W]
 * @returns what comes out of the last node
 * @throws UnsupportedNode and ShapeError where an image of that size does not fit
 */
export function replay(graph: BackboneGraph, images: Value, context: ReplayContext): Value {
  const values = [enter(graph, images)];
  for (const node of graph.nodes) values.push(replayNode(node, values, context));
  return values[values.length - 1];
}

/** The images as the file wants them. */
export function enter({ layout }: Pick<BackboneGraph, 'layout'>, images: Value): Value {
  return layout === 'nhwc' ? transpose(images, [0, 2, 3, 1]) : images;
}

export function replayNode(node: BackboneNode, values: readonly Value[], context: ReplayContext): Value {
  const operator = Object.hasOwn(operators, node.op) ? operators[node.op] : undefined;
  if (!operator) throw new UnsupportedNode(`expected a known operator; received "${node.op}"`);
  const inputs = node.inputs.map((operand) => {
    const value = typeof operand === 'string' ? context.parameter(operand) : values[operand];
    if (value) return value;
    throw new UnsupportedNode(`the value ${operand} is used before it is computed`);
  });
  return operator.apply(inputs, new AttributeReader(node.attributes), { ...context, operands: node.inputs });
}
