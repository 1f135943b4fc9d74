/** Every kind of layer, by the name that specifications use. */

import { activation } from './activation.js';
import { averagePooling2d } from './average-pooling2d.js';
import { conv2d } from './conv2d.js';
import { conv2dTranspose } from './conv2d-transpose.js';
import { cropping2d } from './cropping2d.js';
import { dense } from './dense.js';
import { depthwiseConv2d } from './depthwise-conv2d.js';
import { dropout } from './dropout.js';
import { flatten } from './flatten.js';
import { globalAveragePooling2d } from './global-average-pooling2d.js';
import { globalMaxPooling2d } from './global-max-pooling2d.js';
import type { LayerDefinition } from './layer.js';
import { maxPooling2d } from './max-pooling2d.js';
import { reshape } from './reshape.js';
import { separableConv2d } from './separable-conv2d.js';
import { upSampling2d } from './up-sampling2d.js';
import { zeroPadding2d } from './zero-padding2d.js';

export const layers = {
  conv2d,
  depthwise_conv2d: depthwiseConv2d,
  separable_conv2d: separableConv2d,
  conv2d_transpose: conv2dTranspose,
  max_pooling2d: maxPooling2d,
  average_pooling2d: averagePooling2d,
  global_average_pooling2d: globalAveragePooling2d,
  global_max_pooling2d: globalMaxPooling2d,
  zero_padding2d: zeroPadding2d,
  cropping2d,
  up_sampling2d: upSampling2d,
  flatten,
  reshape,
  dense,
  activation,
  dropout,
} satisfies Record<string, LayerDefinition>;

export type LayerType = keyof typeof layers;

export function layerDefinition(type: LayerType): LayerDefinition {
  return layers[type];
}
