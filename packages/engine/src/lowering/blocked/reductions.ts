/** Sums of blocked images and of stored weights, and what stretches planes of one value. */
import { type Shape, sizeOf } from '../../graph/tensor-type.js';
import { roundUp } from '../../ops/blocked/reorder.js';
import { scalarLike } from '../../ops/elementwise.js';
import { type ExpandAttributes, expand } from '../../ops/expand.js';
import { mul } from '../../ops/mul.js';
import { reduceSum } from '../../ops/reduce-sum.js';
import type { ReduceAttributes } from '../../ops/reduction.js';
import { reshape } from '../../ops/reshape.js';
import { pad } from '../../ops/slice.js';
import { attributesOf } from '../attributes.js';
import { firstChannels, planeMeans } from './batch-normalization.js';
import type { BlockedRule } from './rule.js';

/** Of images over all but the channels; of weights over everything, where what fills up the blocks is 0. */
export const reduceSumRule: BlockedRule = (node, { places }) => {
  const [x] = node.inputs;
  const { axes, keepdims } = attributesOf<ReduceAttributes>(node);
  const native = places.native(x);
  if (native === 'plain' || keepdims === 1) return null;
  if (native !== 'images') {
    if (axes.length < x.shape.length) return null;
    const stored = places.stored(x, native);
    const value = reduceSum(reshape(stored, [sizeOf(stored.shape)]), [0]);
    return [{ value, layout: 'plain' }];
  }
  if (axes.length !== 3 || axes.includes(1)) return null;
  const pixels = x.shape[2] * x.shape[3];
  const sums = reduceSum(planeMeans(places.images(x)), [0]);
  const value = firstChannels(mul(sums, scalarLike(sums, pixels)), x.shape[1]);
  return [{ value, layout: 'plain' }];
};

/** From [N, C, 1, 1] to images, which only gradients of global pooling need. */
export const expandRule: BlockedRule = (node, { places, block }) => {
  const [x] = node.inputs;
  const { shape } = attributesOf<ExpandAttributes>(node);
  if (!isPlanes(x.shape, shape) || x.dtype !== 'float32' || shape[1] < block) return null;
  const [batch, channels, height, width] = shape;
  const all = roundUp(channels, block);
  const planes = pad(places.plain(x), [0, 0, 0, 0], [0, all - channels, 0, 0]);
  const images = (batch * all) / block;
  const value = expand(reshape(planes, [images, 1, block]), [images, height * width, block]);
  return [{ value: reshape(value, [batch, all, height, width]), layout: 'images' }];
};

function isPlanes(from: Shape, to: Shape): boolean {
  return from.length === 4 && to.length === 4 && from[0] === to[0] && from[1] === to[1] && from[2] * from[3] === 1;
}
