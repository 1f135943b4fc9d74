/**
 * The portable lowering of `mixed_float16`: convolutions and matrix products take and give float16, everything between them
 * is float32, weights and optimizer state too. Depthwise convolutions stay as they are: their time is that of their memory.
 */
import type { Node, Value } from '../../graph/graph.js';
import { cast } from '../../ops/cast.js';
import type { ConvAttributes } from '../../ops/conv.js';
import { attributesOf } from '../attributes.js';
import { type Lowering, type LoweringRule, rewrite } from '../lower.js';
import { portableLowering } from './index.js';

const CONVOLUTIONS = ['Conv', 'ConvInputGradient', 'ConvTranspose', 'ConvWeightGradient'];
const MATRIX_PRODUCTS = ['Gemm', 'MatMul'];

const inHalf: LoweringRule = (inputs, node) => {
  const [{ graph }] = inputs;
  if (isDepthwise(node) || inputs.some(({ dtype }) => dtype !== 'float32')) {
    return rewrite(graph, node, inputs, portableLowering);
  }
  const halves = inputs.map((input) => cast(input, 'float16'));
  return rewrite(graph, node, halves, portableLowering).map((output) => cast(output, 'float32'));
};

export const halfProductsLowering: Lowering = {
  ...portableLowering,
  ...Object.fromEntries([...CONVOLUTIONS, ...MATRIX_PRODUCTS].map((type) => [type, inHalf])),
};

/** Whether every channel has filters of its own. */
function isDepthwise(node: Node): boolean {
  if (!CONVOLUTIONS.includes(node.op.type)) return false;
  const { group } = attributesOf<ConvAttributes>(node);
  return group > 1 && node.inputs.some((input: Value) => input.shape[1] === group);
}
