/**
 * Batch normalisation of blocked images. Sums over the pixels of a plane come from convolutions that write no product: the
 * mean from GlobalAveragePool, Σ a·b from a depthwise convolution of a whose kernel is b. The variance is
 * Σ w·x²/M − mean², which keeps fewer digits than the centred form where a mean is far from 0, and is never below 0.
 */
import type { Value } from '../../graph/graph.js';
import { add } from '../../ops/add.js';
import type { BatchNormalizationAttributes } from '../../ops/batch-normalization.js';
import { blockedConv } from '../../ops/blocked/conv.js';
import { blockedGlobalAveragePool } from '../../ops/blocked/pool.js';
import { scalarLike } from '../../ops/elementwise.js';
import { max } from '../../ops/max.js';
import { mul } from '../../ops/mul.js';
import { neg } from '../../ops/neg.js';
import { reduceSum } from '../../ops/reduce-sum.js';
import { reshape } from '../../ops/reshape.js';
import { slice } from '../../ops/slice.js';
import { sub } from '../../ops/sub.js';
import { attributesOf } from '../attributes.js';
import { inverseDeviation, rowShares } from '../portable/batch-statistics.js';
import { followers, padded } from './conv.js';
import type { Placed } from './placements.js';
import type { BlockedRule } from './rule.js';

export const blockedBatchNormalizationRule: BlockedRule = (node, context) => {
  const [x, scale, bias, rowWeights] = node.inputs;
  const { places, block } = context;
  if (places.native(x) !== 'images') return null;
  const { epsilon } = attributesOf<BatchNormalizationAttributes>(node);
  const images = places.images(x);
  const shares = rowWeights ? rowShares(places.plain(rowWeights)) : null;
  const overRows = (perRow: Value) => weighted(perRow, shares);
  const mean = overRows(planeMeans(images));
  const pixels = x.shape[2] * x.shape[3];
  const squares = overRows(mul(planeProducts(images, images), scalarLike(images, 1 / pixels)));
  const variance = max(sub(squares, mul(mean, mean)), scalarLike(images, 0));
  const factor = mul(padded(places.plain(scale), block), inverseDeviation(variance, epsilon));
  const shift = sub(padded(places.plain(bias), block), mul(factor, mean));
  const { sum, activation, last } = followers(node, context);
  const value = perChannel(images, factor, { shift, sum, ...(activation ? { activation } : {}) });
  const y: Placed = { value, layout: 'images' };
  for (const follower of last) context.include(follower, [y]);
  const statistic = (padding: Value): Placed => ({ value: firstChannels(padding, x.shape[1]), layout: 'plain' });
  return [y, statistic(mean), statistic(variance)];
};

/** dx = factor · dy + w · (slope · x + offset), with one slope and offset for each channel. */
export const blockedBatchNormalizationGradientRule: BlockedRule = (node, context) => {
  const [x, scale, mean, variance, dy, rowWeights] = node.inputs;
  const { places, block } = context;
  if (places.native(x) !== 'images') return null;
  const { epsilon } = attributesOf<BatchNormalizationAttributes>(node);
  const [batch, , height, width] = x.shape;
  const images = places.images(x);
  const incoming = places.images(dy);
  const pixels = height * width;
  const center = padded(places.plain(mean), block);
  const inverse = inverseDeviation(padded(places.plain(variance), block), epsilon);
  const biasGradient = mul(reduceSum(planeMeans(incoming), [0]), scalarLike(images, pixels));
  const product = reduceSum(planeProducts(images, incoming), [0]);
  const scaleGradient = mul(sub(product, mul(center, biasGradient)), inverse);
  const factor = mul(padded(places.plain(scale), block), inverse);
  const slope = neg(mul(mul(factor, inverse), scaleGradient));
  const offset = neg(add(mul(factor, biasGradient), mul(slope, center)));
  const perRow = rowWeights ? mul(rowShares(places.plain(rowWeights)), scalarLike(images, 1 / pixels)) : null;
  const correction = perRow
    ? perPlane(images, mul(slope, perRow), mul(offset, perRow))
    : perChannel(images, scaled(slope, batch * pixels), { shift: scaled(offset, batch * pixels) });
  const dx = perChannel(incoming, factor, { sum: correction });
  const gradient = (padding: Value): Placed => ({ value: firstChannels(padding, x.shape[1]), layout: 'plain' });
  return [{ value: dx, layout: 'images' }, gradient(scaleGradient), gradient(biasGradient)];
};

function scaled(vector: Value, count: number): Value {
  return mul(vector, scalarLike(vector, 1 / count));
}

/** [N, C]: the mean of each plane. */
export function planeMeans(images: Value): Value {
  return reshape(blockedGlobalAveragePool(images), images.shape.slice(0, 2));
}

/** [N, C]: the sum of a · b over each plane. */
function planeProducts(a: Value, b: Value): Value {
  const [batch, channels, height, width] = a.shape;
  const planes = batch * channels;
  const product = blockedConv(reshape(a, [1, planes, height, width]), reshape(b, [planes, 1, height, width]), {
    group: planes,
  });
  return reshape(product, [batch, channels]);
}

/** x · factor + shift, with a value [C] for each channel. */
function perChannel(
  images: Value,
  factor: Value,
  options: { shift?: Value; sum?: Value | null; activation?: 'Relu' } = {},
): Value {
  const channels = images.shape[1];
  const { shift = null, ...rest } = options;
  return blockedConv(images, reshape(factor, [channels, 1, 1, 1]), { group: channels, bias: shift, ...rest });
}

/** x · factor + shift, with a value [N, C] for each plane. */
function perPlane(images: Value, factor: Value, shift: Value): Value {
  const [batch, channels, height, width] = images.shape;
  const planes = batch * channels;
  const y = blockedConv(reshape(images, [1, planes, height, width]), reshape(factor, [planes, 1, 1, 1]), {
    group: planes,
    bias: reshape(shift, [planes]),
  });
  return reshape(y, images.shape);
}

/** The mean over rows of [N, C], by their shares [N, 1] where they count differently. */
function weighted(perRow: Value, shares: Value | null): Value {
  const [rows] = perRow.shape;
  return shares ? reduceSum(mul(perRow, shares), [0]) : mul(reduceSum(perRow, [0]), scalarLike(perRow, 1 / rows));
}

export function firstChannels(vector: Value, channels: number): Value {
  if (vector.shape[0] === channels) return vector;
  return slice(vector, { starts: [0], ends: [channels], axes: [0], steps: [1] });
}
