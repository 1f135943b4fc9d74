/** The Keras class of each of our layers, and what its configuration says beside our arguments. */
import type { LayerType } from '../../layers/index.js';
import type { JsonRecord } from '../json.js';

export interface LayerClass {
  readonly className: string;
  /** Whether it asks where an image has its channels. */
  readonly hasFormat?: true;
  /** Arguments that are written as a pair, where one number stands for both. */
  readonly pairs?: readonly string[];
  /** Keras 2's names for arguments that changed them. */
  readonly keras2?: Readonly<Record<string, string>>;
  readonly extra?: JsonRecord;
}

const WINDOW = ['kernel_size', 'strides', 'dilation_rate'];
const plain = (className: string): LayerClass => ({ className });
const pool = (className: string): LayerClass => ({ className, hasFormat: true, pairs: ['pool_size', 'strides'] });
const format = (className: string): LayerClass => ({ className, hasFormat: true });

export const LAYER_CLASSES: Readonly<Record<LayerType, LayerClass>> = {
  conv2d: { className: 'Conv2D', hasFormat: true, pairs: WINDOW },
  depthwise_conv2d: { className: 'DepthwiseConv2D', hasFormat: true, pairs: WINDOW },
  separable_conv2d: { className: 'SeparableConv2D', hasFormat: true, pairs: WINDOW },
  conv2d_transpose: { className: 'Conv2DTranspose', hasFormat: true, pairs: [...WINDOW, 'output_padding'] },
  max_pooling2d: pool('MaxPooling2D'),
  average_pooling2d: pool('AveragePooling2D'),
  global_average_pooling2d: format('GlobalAveragePooling2D'),
  global_max_pooling2d: format('GlobalMaxPooling2D'),
  zero_padding2d: format('ZeroPadding2D'),
  cropping2d: format('Cropping2D'),
  up_sampling2d: { className: 'UpSampling2D', hasFormat: true, pairs: ['size'] },
  flatten: format('Flatten'),
  reshape: plain('Reshape'),
  dense: plain('Dense'),
  activation: plain('Activation'),
  relu: { className: 'ReLU', extra: { max_value: null } },
  leaky_relu: { className: 'LeakyReLU', keras2: { negative_slope: 'alpha' } },
  prelu: plain('PReLU'),
  elu: plain('ELU'),
  softmax: plain('Softmax'),
  dropout: { className: 'Dropout', extra: { noise_shape: null, seed: null } },
  spatial_dropout2d: format('SpatialDropout2D'),
  gaussian_noise: { className: 'GaussianNoise', extra: { seed: null } },
  batch_normalization: plain('BatchNormalization'),
  layer_normalization: plain('LayerNormalization'),
  add: plain('Add'),
  subtract: plain('Subtract'),
  multiply: plain('Multiply'),
  average: plain('Average'),
  maximum: plain('Maximum'),
  concatenate: plain('Concatenate'),
  rescaling: plain('Rescaling'),
  normalization: { className: 'Normalization', extra: { axis: -1, invert: false } },
};
