/** Every kind of layer, by the name that specifications use. */
import { activation } from './activation.js';
import { addLayer } from './add.js';
import { averageLayer } from './average.js';
import { averagePooling2d } from './average-pooling2d.js';
import { batchNormalization } from './batch-normalization.js';
import { concatenate } from './concatenate.js';
import { conv2d } from './conv2d.js';
import { conv2dTranspose } from './conv2d-transpose.js';
import { cropping2d } from './cropping2d.js';
import { dense } from './dense.js';
import { depthwiseConv2d } from './depthwise-conv2d.js';
import { dropout } from './dropout.js';
import { eluLayer } from './elu.js';
import { flatten } from './flatten.js';
import { gaussianNoise } from './gaussian-noise.js';
import { globalAveragePooling2d } from './global-average-pooling2d.js';
import { globalMaxPooling2d } from './global-max-pooling2d.js';
import type { LayerDefinition } from './layer.js';
import { layerNormalization } from './layer-normalization.js';
import { leakyRelu } from './leaky-relu.js';
import { maxPooling2d } from './max-pooling2d.js';
import { maximumLayer } from './maximum.js';
import { multiplyLayer } from './multiply.js';
import { normalization } from './normalization.js';
import { onnxBackbone } from './onnx-backbone.js';
import { preluLayer } from './prelu.js';
import { reluLayer } from './relu.js';
import { rescaling } from './rescaling.js';
import { reshape } from './reshape.js';
import { separableConv2d } from './separable-conv2d.js';
import { softmaxLayer } from './softmax.js';
import { spatialDropout2d } from './spatial-dropout2d.js';
import { subtractLayer } from './subtract.js';
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
  relu: reluLayer,
  leaky_relu: leakyRelu,
  prelu: preluLayer,
  elu: eluLayer,
  softmax: softmaxLayer,
  dropout,
  spatial_dropout2d: spatialDropout2d,
  gaussian_noise: gaussianNoise,
  batch_normalization: batchNormalization,
  layer_normalization: layerNormalization,
  add: addLayer,
  subtract: subtractLayer,
  multiply: multiplyLayer,
  average: averageLayer,
  maximum: maximumLayer,
  concatenate,
  rescaling,
  normalization,
  onnx_backbone: onnxBackbone,
} satisfies Record<string, LayerDefinition>;

export type LayerType = keyof typeof layers;

export function layerDefinition(type: LayerType): LayerDefinition {
  return layers[type];
}
