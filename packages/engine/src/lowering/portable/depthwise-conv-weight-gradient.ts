/**
 * ConvWeightGradient where every channel has filters of its own: for each place of the kernel, the pixels of X that it
 * met times dY, summed over the batch and the pixels: dW[c·m + f, 0, a, b] = Σ X[n, c, …] · dY[n, c·m + f, …].
 */
import type { Value } from '../../graph/graph.js';
import { concat } from '../../ops/concat.js';
import { type ConvGradientAttributes, conv } from '../../ops/conv.js';
import { mul } from '../../ops/mul.js';
import { reduceSum } from '../../ops/reduce-sum.js';
import { reshape } from '../../ops/reshape.js';
import { slice } from '../../ops/slice.js';
import { pixelsByPlace } from './pixels-by-place.js';

export function depthwiseConvWeightGradient(x: Value, dy: Value, attributes: ConvGradientAttributes): Value {
  const [batch, outputs, height, width] = dy.shape;
  const channels = attributes.group;
  const incoming = reshape(dy, [batch, channels, outputs / channels, height * width]);
  const sums = pixelsByPlace(x, attributes, [height, width]).map((pixels) => {
    const product = mul(incoming, reshape(pixels, [batch, channels, 1, height * width]));
    return reshape(reduceSum(product, [0, 3]), [outputs, 1]);
  });
  return reshape(concat(sums, 1), attributes.shape);
}

/**
 * The same by one convolution in which every plane of X is a channel and the planes of dY are its filters, with strides
 * and dilations exchanged. Slower, but few nodes for a kernel of very many places.
 */
export function depthwiseConvWeightGradientByConv(x: Value, dy: Value, attributes: ConvGradientAttributes): Value {
  const { kernel_shape, strides, dilations, pads, group, shape } = attributes;
  const [batch, outputs, height, width] = dy.shape;
  const planes = reshape(x, [1, batch * group, x.shape[2], x.shape[3]]);
  const filters = reshape(dy, [batch * outputs, 1, height, width]);
  const window = { kernel_shape: [height, width] as const, strides: dilations, dilations: strides, pads };
  const products = conv(planes, filters, null, { ...window, group: batch * group });
  // Rows of X that no window reached give places beyond the kernel.
  const places = slice(products, { starts: [0, 0], ends: kernel_shape, axes: [2, 3], steps: [1, 1] });
  return reduceSum(reshape(places, [batch, ...shape]), [0]);
}
