/** Elementwise operations on blocked images, and on weights as they are stored. */
import type { Node, Value } from '../../graph/graph.js';
import { sameShape, sizeOf } from '../../graph/tensor-type.js';
import { rewrite } from '../lower.js';
import { portableLowering } from '../portable/index.js';
import type { Layout, Placements } from './placements.js';
import type { BlockedContext, BlockedRule } from './rule.js';

/** What these make of zeros is 0: what only fills up a block stays so. */
const KEEPS_ZERO = new Set(['Abs', 'Add', 'Elu', 'LeakyRelu', 'Neg', 'Relu', 'ReluGradient', 'Selu', 'Sub', 'Tanh']);

/** Tensors of the node's shape lie alike, and the rest are scalars. */
export const elementwiseRule: BlockedRule = (node, context) => {
  const { places } = context;
  const [{ shape }] = node.outputs;
  const layout = layoutOf(node, places);
  if (layout === null || layout === 'plain') return null;
  if (layout === 'images' && node.outputs[0].dtype !== 'float32' && !isOnlyChosenBy(node, context)) return null;
  const whole = node.inputs.filter((input) => sameShape(input.shape, shape));
  if (layout === 'images' && !whole.every((input) => places.isWhole(input)) && !keepsZeros(node)) return null;
  const inputs = node.inputs.map((input) => (whole.includes(input) ? places.in(input, layout) : places.plain(input)));
  return rewrite(places.target, node, inputs, portableLowering).map((value) => ({ value, layout }));
};

/** The layout that an input of the node was computed in, if all others can be brought to it. */
function layoutOf({ inputs, outputs: [{ shape }] }: Node, places: Placements): Layout | null {
  let found: Layout | null = null;
  for (const input of inputs) {
    // One pixel of one channel is an image too: what has the node's shape is no scalar.
    if (!sameShape(input.shape, shape)) {
      if (sizeOf(input.shape) === 1) continue;
      return null;
    }
    const native = places.native(input);
    if (native === 'plain') continue;
    if (found !== null && found !== native) return null;
    found ??= native;
  }
  // Only float32 can be reordered: truth values have to be in blocks already.
  const isStuck = (input: Value) =>
    input.dtype !== 'float32' && sameShape(input.shape, shape) && places.native(input) !== found;
  return found !== null && inputs.some(isStuck) ? null : found;
}

/** Truth values are never brought back to the plain layout: their one use has to be a choice between images. */
function isOnlyChosenBy({ outputs: [value] }: Node, context: BlockedContext): boolean {
  const use = context.soleUse(value);
  return use?.op.type === 'Where' && use.inputs.every(({ shape }) => sameShape(shape, value.shape));
}

function keepsZeros({ op, inputs, outputs: [{ shape }] }: Node): boolean {
  const tensors = inputs.filter((input) => sameShape(input.shape, shape));
  if (KEEPS_ZERO.has(op.type)) return tensors.length === inputs.length;
  if (op.type === 'Mul') return true;
  return op.type === 'Div' && tensors.length === 1 && tensors[0] === inputs[0];
}
