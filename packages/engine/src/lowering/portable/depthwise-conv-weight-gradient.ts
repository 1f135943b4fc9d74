/**
 * ConvWeightGradient where every channel has filters of its own: for each place of the kernel, the pixels of X that it
 * met times dY, summed over the batch and the pixels: dW[c·m + f, 0, a, b] = Σ X[n, c, …] · dY[n, c·m + f, …].
 */
import type { Value } from '../../graph/graph.js';
import { concat } from '../../ops/concat.js';
import type { ConvGradientAttributes } from '../../ops/conv.js';
import { mul } from '../../ops/mul.js';
import { reduceSum } from '../../ops/reduce-sum.js';
import { reshape } from '../../ops/reshape.js';
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
