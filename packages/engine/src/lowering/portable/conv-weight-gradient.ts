/**
 * ConvWeightGradient as a matrix product. For each place of the kernel the pixels of X that it met are sliced out
 * (im2col); dY times their transpose, summed over the batch, is dW:
 * [N, G, O/G, P] · [N, G, P, C/G·kh·kw] → [N, G, O/G, C/G·kh·kw], with P output pixels. Depthwise kernels have a form of
 * their own; kernels of very many places, each of which would be some nodes of the graph, are left to a convolution.
 */
import type { Value } from '../../graph/graph.js';
import { cast } from '../../ops/cast.js';
import { concat } from '../../ops/concat.js';
import type { ConvGradientAttributes } from '../../ops/conv.js';
import { matmul, transposeLastTwo } from '../../ops/matmul.js';
import { reduceSum } from '../../ops/reduce-sum.js';
import { reshape } from '../../ops/reshape.js';
import { attributesOf } from '../attributes.js';
import type { LoweringRule } from '../lower.js';
import { convWeightGradientByConv } from './conv-weight-gradient-by-conv.js';
import { depthwiseConvWeightGradient, depthwiseConvWeightGradientByConv } from './depthwise-conv-weight-gradient.js';
import { pixelsByPlace } from './pixels-by-place.js';

/** The matrix product is about twice as fast, but onnxruntime takes its time over thousands of nodes. */
const MOST_PLACES = 128;

export const lowerConvWeightGradient: LoweringRule = ([x, dy], node) => {
  const attributes = attributesOf<ConvGradientAttributes>(node);
  const { group, kernel_shape } = attributes;
  const isDepthwise = group > 1 && group === x.shape[1];
  const isLarge = kernel_shape[0] * kernel_shape[1] > MOST_PLACES;
  if (isDepthwise) {
    const rule = isLarge ? depthwiseConvWeightGradientByConv : depthwiseConvWeightGradient;
    return [rule(x, dy, attributes)];
  }
  return [isLarge ? convWeightGradientByConv(x, dy, attributes) : byMatrixProduct(x, dy, attributes)];
};

function byMatrixProduct(x: Value, dy: Value, attributes: ConvGradientAttributes): Value {
  const { group, shape } = attributes;
  const [batch, outputs, height, width] = dy.shape;
  const channels = x.shape[1];
  const pixels = height * width;
  const places = pixelsByPlace(x, attributes, [height, width]);
  const columns = concat(
    places.map((place) => reshape(place, [batch, channels, 1, pixels])),
    2,
  );
  const grouped = reshape(columns, [batch, group, (channels / group) * places.length, pixels]);
  const incoming = reshape(dy, [batch, group, outputs / group, pixels]);
  const perImage = matmul(incoming, transposeLastTwo(grouped));
  // A sum over many images keeps its digits in float32 alone.
  const sum = reduceSum(perImage.dtype === 'float16' ? cast(perImage, 'float32') : perImage, [0]);
  return reshape(sum, shape);
}
