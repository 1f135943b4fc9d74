/** ConvInputGradient as a transposed convolution with the same weights. */
import type { Node } from '../../graph/graph.js';
import type { ConvGradientAttributes } from '../../ops/conv.js';
import { convTranspose } from '../../ops/conv-transpose.js';
import { extent } from '../../ops/window.js';
import { attributesOf } from '../attributes.js';
import type { LoweringRule } from '../lower.js';

export const lowerConvInputGradient: LoweringRule = ([dy, w], node: Node) => {
  const { shape, ...attributes } = attributesOf<ConvGradientAttributes>(node);
  /** Rows and columns of X below the last window that the stride skipped. */
  const rest = (axis: 0 | 1) =>
    shape[axis + 2] +
    attributes.pads[axis] +
    attributes.pads[axis + 2] -
    attributes.strides[axis] * (dy.shape[axis + 2] - 1) -
    extent(attributes, axis);
  return [convTranspose(dy, w, { ...attributes, output_padding: [rest(0), rest(1)] })];
};
