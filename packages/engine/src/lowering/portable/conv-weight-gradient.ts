/**
 * ConvWeightGradient as a matrix product. For each place of the kernel the pixels of X that it met are sliced out
 * (im2col); dY times their transpose, summed over the batch, is dW:
 * [N, G, O/G, P] · [N, G, P, C/G·kh·kw] → [N, G, O/G, C/G·kh·kw], with P output pixels. Kernels of very many places, each
 * of which would be some nodes of the graph, are left to a convolution.
 */
import type { Value } from '../../graph/graph.js';
import { concat } from '../../ops/concat.js';
import type { ConvGradientAttributes } from '../../ops/conv.js';
import { matmul, transposeLastTwo } from '../../ops/matmul.js';
import { pad } from '../../ops/pad.js';
import { reduceSum } from '../../ops/reduce-sum.js';
import { reshape } from '../../ops/reshape.js';
import { slice } from '../../ops/slice.js';
import { attributesOf } from '../attributes.js';
import type { LoweringRule } from '../lower.js';
import { convWeightGradientByConv } from './conv-weight-gradient-by-conv.js';

/** The matrix product is about twice as fast, but onnxruntime takes its time over thousands of nodes. */
const MOST_PLACES = 128;

export const lowerConvWeightGradient: LoweringRule = ([x, dy], node) => {
  const attributes = attributesOf<ConvGradientAttributes>(node);
  const { group, kernel_shape, shape } = attributes;
  if (kernel_shape[0] * kernel_shape[1] > MOST_PLACES) return [convWeightGradientByConv(x, dy, attributes)];
  const [batch, outputs, height, width] = dy.shape;
  const columns = gatherColumns(x, attributes, [height, width]);
  const grouped = reshape(columns, [batch, group, columns.shape[1] / group, height * width]);
  const incoming = reshape(dy, [batch, group, outputs / group, height * width]);
  const perImage = matmul(incoming, transposeLastTwo(grouped));
  return [reshape(reduceSum(perImage, [0]), shape)];
};

/** X as [N, C·kh·kw, P]: for every channel and place of the kernel, the pixel that each output saw there. */
function gatherColumns(x: Value, attributes: ConvGradientAttributes, [height, width]: [number, number]): Value {
  const { kernel_shape, strides, dilations, pads } = attributes;
  const [batch, channels] = x.shape;
  const padded = pad(x, [0, 0, pads[0], pads[1]], [0, 0, pads[2], pads[3]]);
  const places: Value[] = [];
  for (let row = 0; row < kernel_shape[0]; row++) {
    for (let column = 0; column < kernel_shape[1]; column++) {
      const starts = [row * dilations[0], column * dilations[1]];
      const ends = [starts[0] + strides[0] * (height - 1) + 1, starts[1] + strides[1] * (width - 1) + 1];
      const pixels = isWhole(padded, starts, ends, strides)
        ? padded
        : slice(padded, { starts, ends, axes: [2, 3], steps: strides });
      places.push(reshape(pixels, [batch, channels, 1, height * width]));
    }
  }
  return reshape(concat(places, 2), [batch, channels * places.length, height * width]);
}

function isWhole(x: Value, starts: number[], ends: number[], strides: readonly number[]): boolean {
  return [0, 1].every((axis) => starts[axis] === 0 && ends[axis] === x.shape[axis + 2] && strides[axis] === 1);
}
