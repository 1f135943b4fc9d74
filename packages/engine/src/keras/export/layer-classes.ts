/** The Keras class of each of our layers, and what its configuration says beside our arguments. */
import { classNameOf } from '../class-names.js';
import { type JsonRecord, lookUp } from '../json.js';

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

const FORMAT = { hasFormat: true } as const;
const window = { ...FORMAT, pairs: ['kernel_size', 'strides', 'dilation_rate', 'output_padding'] };
const pool = { ...FORMAT, pairs: ['pool_size', 'strides'] };

/** Layers of which there is more to say than their name and arguments. */
const SPECIAL: Readonly<Record<string, Partial<LayerClass>>> = {
  conv2d: window,
  depthwise_conv2d: window,
  separable_conv2d: window,
  conv2d_transpose: window,
  max_pooling2d: pool,
  average_pooling2d: pool,
  global_average_pooling2d: FORMAT,
  global_max_pooling2d: FORMAT,
  zero_padding2d: FORMAT,
  cropping2d: FORMAT,
  up_sampling2d: { ...FORMAT, pairs: ['size'] },
  flatten: FORMAT,
  spatial_dropout2d: FORMAT,
  relu: { className: 'ReLU', extra: { max_value: null } },
  leaky_relu: { className: 'LeakyReLU', keras2: { negative_slope: 'alpha' } },
  prelu: { className: 'PReLU' },
  elu: { className: 'ELU' },
  normalization: { extra: { axis: -1, invert: false } },
};

export function layerClassOf(type: string): LayerClass {
  return { className: classNameOf(type), ...lookUp(SPECIAL, type) };
}
