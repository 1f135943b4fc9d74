/** ConvInputGradient as a transposed convolution with the same weights. */
import type { ConvGradientAttributes } from '../../ops/conv.js';
import { uncoveredSides } from '../../ops/window.js';
import { attributesOf } from '../attributes.js';
import type { LoweringRule } from '../lower.js';
import { symmetricConvTranspose } from './symmetric-conv-transpose.js';

export const lowerConvInputGradient: LoweringRule = ([dy, w], node) => {
  const { shape, ...attributes } = attributesOf<ConvGradientAttributes>(node);
  const output_padding = uncoveredSides(shape, dy.shape, attributes);
  return [symmetricConvTranspose(dy, w, { ...attributes, output_padding })];
};
