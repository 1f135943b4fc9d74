/**
 * Pad, kept apart from a pool that reads it: onnxruntime would make the zeros the pool's own pads, which do not count
 * there. A max over −1 and a zero of the border would be −1, and borders as wide as the window are refused.
 */
import type { Node } from '../../graph/graph.js';
import { reshape } from '../../ops/reshape.js';
import { type PadAttributes, pad } from '../../ops/slice.js';
import { attributesOf } from '../attributes.js';
import type { LoweringRule } from '../lower.js';

const POOLS: readonly string[] = ['AveragePool', 'MaxPool', 'MaxPoolWithIndices'];

/** A reshape to the same shape costs nothing and stands between them. */
export const lowerPad: LoweringRule = ([x], node) => {
  const { before, after } = attributesOf<PadAttributes>(node);
  const padded = pad(x, before, after);
  return [feedsPool(node) ? reshape(padded, [0, ...padded.shape.slice(1)]) : padded];
};

function feedsPool({ outputs: [output] }: Node): boolean {
  return output.graph.nodes.some(({ op, inputs }) => POOLS.includes(op.type) && inputs.includes(output));
}
