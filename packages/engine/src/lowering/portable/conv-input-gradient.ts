/** ConvInputGradient as a transposed convolution with the same weights. */
import type { ConvGradientAttributes } from '../../ops/conv.js';
import { convTranspose } from '../../ops/conv-transpose.js';
import { uncoveredSides } from '../../ops/window.js';
import { attributesOf } from '../attributes.js';
import type { LoweringRule } from '../lower.js';

export const lowerConvInputGradient: LoweringRule = ([dy, w], node) => {
  const { shape, ...attributes } = attributesOf<ConvGradientAttributes>(node);
  return [convTranspose(dy, w, { ...attributes, output_padding: uncoveredSides(shape, dy.shape, attributes) })];
};
