/** Convolutions. Keras 1 calls the kernel's sides nb_row and nb_col. */
import {
  type Argument,
  activation,
  copy,
  ignore,
  kernelAndBias,
  type LayerRule,
  type LayerRules,
  weight,
} from './rule.js';

const kernelSize: Argument = (config) => {
  const rows = config.take('nb_row');
  const columns = config.take('nb_col');
  return config.take('kernel_size') ?? (rows === undefined && columns === undefined ? undefined : [rows, columns]);
};

const WINDOW = {
  kernel_size: kernelSize,
  strides: copy('strides', 'subsample'),
  padding: copy('padding', 'border_mode'),
};

const conv2d: LayerRule = {
  type: 'conv2d',
  hasWeights: true,
  arguments: {
    filters: copy('filters', 'nb_filter'),
    ...WINDOW,
    dilation_rate: copy('dilation_rate', 'atrous_rate'),
    groups: copy('groups'),
    activation,
    ...kernelAndBias,
  },
};

const depthwise = weight('depthwise', { init: 'init' });
const bias = {
  use_bias: copy('use_bias', 'bias'),
  ...weight('bias', { regularizer: 'b_regularizer', constraint: 'b_constraint' }),
};

const separable: LayerRule = {
  type: 'separable_conv2d',
  hasWeights: true,
  arguments: {
    filters: copy('filters', 'nb_filter'),
    ...WINDOW,
    dilation_rate: copy('dilation_rate'),
    depth_multiplier: copy('depth_multiplier'),
    activation,
    ...depthwise,
    ...weight('pointwise', { init: 'init' }),
    ...bias,
    // tf.keras writes what it inherits from Conv2D.
    unused: ignore('kernel_initializer', 'kernel_regularizer', 'kernel_constraint'),
  },
  only: {
    groups: [[1], 'a separable convolution has one group'],
  },
};

const transpose: LayerRule = {
  type: 'conv2d_transpose',
  hasWeights: true,
  arguments: {
    filters: copy('filters', 'nb_filter'),
    ...WINDOW,
    output_padding: copy('output_padding'),
    dilation_rate: copy('dilation_rate'),
    activation,
    ...kernelAndBias,
  },
  only: {
    groups: [[1], 'use one group'],
  },
};

export const convolution: LayerRules = {
  Conv2D: conv2d,
  Convolution2D: conv2d,
  AtrousConvolution2D: conv2d,
  DepthwiseConv2D: {
    type: 'depthwise_conv2d',
    hasWeights: true,
    arguments: {
      ...WINDOW,
      dilation_rate: copy('dilation_rate'),
      depth_multiplier: copy('depth_multiplier'),
      activation,
      ...depthwise,
      ...bias,
    },
    // tf.keras 2 writes what it inherits from Conv2D and does not use.
    only: {
      filters: [[], 'use depth_multiplier'],
      groups: [[1], 'a depthwise convolution has one group for each channel'],
    },
  },
  SeparableConv2D: separable,
  SeparableConvolution2D: separable,
  Conv2DTranspose: transpose,
  Convolution2DTranspose: transpose,
};
