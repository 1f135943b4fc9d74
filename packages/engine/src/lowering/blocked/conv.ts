/** Convolutions in blocks, with what follows them at once: an addition, a ReLU. */
import type { Node, Value } from '../../graph/graph.js';
import { sameShape } from '../../graph/tensor-type.js';
import { blockedConv } from '../../ops/blocked/conv.js';
import { roundUp } from '../../ops/blocked/reorder.js';
import type { ConvAttributes } from '../../ops/conv.js';
import { reshape } from '../../ops/reshape.js';
import { pad } from '../../ops/slice.js';
import { transpose } from '../../ops/transpose.js';
import { attributesOf } from '../attributes.js';
import { type KernelLayout, paddedChannels } from './kernel-layout.js';
import { convOfImages } from './narrow-images.js';
import type { Placed } from './placements.js';
import { takeRows } from './rows.js';
import type { BlockedContext, BlockedRule } from './rule.js';

export const blockedConvRule: BlockedRule = (node, context) => {
  const [x, w, b] = node.inputs;
  const layout = context.kernelLayout(w);
  if (!layout) return null;
  const { places } = context;
  const { group, ...window } = attributesOf<ConvAttributes>(node);
  const weights = forwardWeights(places.stored(w, layout), layout, context);
  const input = layout.kind === 'raw' ? places.plain(x) : places.images(x);
  const bias = b ? padded(places.plain(b), context.block) : null;
  const { sum, activation, last } = followers(node, context);
  const options = {
    ...window,
    group: layout.kind === 'depthwise' ? weights.shape[0] : group,
    bias,
    sum,
    ...(activation ? { activation } : {}),
  };
  const value =
    layout.kind === 'full' ? convOfImages(input, weights, options, context) : blockedConv(input, weights, options);
  return settle(node, last, { value, layout: 'images' }, context);
};

/** What can be computed with a node's output before it is written: last is the node whose output that is. */
export function followers(
  node: Node,
  context: BlockedContext,
): { sum: Value | null; activation: 'Relu' | undefined; last: Node[] } {
  const [out] = node.outputs;
  const last: Node[] = [];
  let sum: Value | null = null;
  let next = context.soleUse(out);
  if (next?.op.type === 'Add') {
    const other = next.inputs[0] === out ? next.inputs[1] : next.inputs[0];
    const isReady = context.places.has(other) && context.places.native(other) === 'images';
    if (isReady && other !== out && sameShape(other.shape, out.shape)) {
      sum = context.places.images(other);
      last.push(next);
      next = context.soleUse(next.outputs[0]);
    }
  }
  if (next?.op.type !== 'Relu') return { sum, activation: undefined, last };
  return { sum, activation: 'Relu', last: [...last, next] };
}

/** Places the one value that a node and its followers come to. */
export function settle(node: Node, last: readonly Node[], placed: Placed, context: BlockedContext): readonly Placed[] {
  for (const follower of last) context.include(follower, [placed]);
  return node.outputs.map(() => placed);
}

/** A vector of one value for each channel, filled up with zeros. */
export function padded(vector: Value, block: number): Value {
  const [channels] = vector.shape;
  return pad(vector, [0], [roundUp(channels, block) - channels]);
}

/** From the stored layout to that which the blocked convolution takes. */
export function forwardWeights(stored: Value, layout: KernelLayout, context: BlockedContext): Value {
  const { block } = context;
  const [, , height, width] = layout.shape;
  const [outputs, inputs] = paddedChannels(layout);
  const shape = [outputs, inputs, height, width];
  if (layout.kind === 'depthwise') return reshape(stored, shape);
  if (layout.kind === 'raw') {
    const byPlace = reshape(stored, [outputs / block, height * width, inputs, block]);
    return reshape(inputs === 1 ? byPlace : transpose(byPlace, [0, 2, 1, 3]), shape);
  }
  const [outputBlocks, inputBlocks] = [outputs / block, inputs / block];
  const rows = takeRows(stored, height * width * block * block, {
    key: `forward ${inputBlocks} ${outputBlocks}`,
    indices: () =>
      Int32Array.from(
        { length: inputBlocks * outputBlocks },
        (_, i) => (i % inputBlocks) * outputBlocks + Math.floor(i / inputBlocks),
      ),
    context,
  });
  return reshape(rows, shape);
}
