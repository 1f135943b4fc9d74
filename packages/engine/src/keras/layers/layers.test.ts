import { describe, expect, it } from 'vitest';
import { layers as ourLayers } from '../../layers/index.js';
import { parseModelSpec } from '../../spec/parse.js';
import { argumentSchemas } from '../../spec/schema.js';
import { classNameOf } from '../class-names.js';
import { importKeras } from '../import.js';
import { derivedRule } from './derived-rule.js';
import { LAYER_CLASSES, layerRule } from './index.js';

/** Layers that Keras writes, and the same as ours; without their names. */
const CASES: readonly [className: string, config: object, ours: { type: string; [argument: string]: unknown }][] = [
  [
    'Conv2D',
    { filters: 2, kernel_size: 3, dilation_rate: 2, groups: 1 },
    { type: 'conv2d', filters: 2, kernel_size: 3, dilation_rate: 2, groups: 1 },
  ],
  [
    'Convolution2D',
    { nb_filter: 2, nb_row: 3, nb_col: 1, border_mode: 'same', subsample: [2, 2] },
    { type: 'conv2d', filters: 2, kernel_size: [3, 1], padding: 'same', strides: [2, 2] },
  ],
  [
    'AtrousConvolution2D',
    { nb_filter: 2, nb_row: 3, nb_col: 3, atrous_rate: [2, 2] },
    { type: 'conv2d', filters: 2, kernel_size: [3, 3], dilation_rate: [2, 2] },
  ],
  [
    'DepthwiseConv2D',
    { kernel_size: 3, depth_multiplier: 2, groups: 1 },
    { type: 'depthwise_conv2d', kernel_size: 3, depth_multiplier: 2 },
  ],
  // tf.keras writes a kernel that a separable convolution does not have.
  [
    'SeparableConv2D',
    { filters: 2, kernel_size: 3, groups: 1, kernel_initializer: { class_name: 'Zeros', config: {} } },
    { type: 'separable_conv2d', filters: 2, kernel_size: 3 },
  ],
  [
    'SeparableConvolution2D',
    { nb_filter: 2, nb_row: 3, nb_col: 3 },
    { type: 'separable_conv2d', filters: 2, kernel_size: [3, 3] },
  ],
  [
    'Conv2DTranspose',
    { filters: 2, kernel_size: 3, strides: [2, 2], output_padding: null },
    { type: 'conv2d_transpose', filters: 2, kernel_size: 3, strides: [2, 2] },
  ],
  [
    'Convolution2DTranspose',
    { filters: 2, kernel_size: 3, strides: 2, output_padding: 1 },
    { type: 'conv2d_transpose', filters: 2, kernel_size: 3, strides: 2, output_padding: 1 },
  ],
  [
    'MaxPooling2D',
    { pool_size: [2, 2], strides: null, border_mode: 'same' },
    { type: 'max_pooling2d', pool_size: [2, 2], padding: 'same' },
  ],
  ['AveragePooling2D', {}, { type: 'average_pooling2d' }],
  ['GlobalMaxPooling2D', { keepdims: false }, { type: 'global_max_pooling2d', keepdims: false }],
  ['GlobalAveragePooling2D', { keepdims: true }, { type: 'global_average_pooling2d', keepdims: true }],
  ['Dense', { output_dim: 3, bias: false }, { type: 'dense', units: 3, use_bias: false }],
  ['Activation', { activation: 'tanh' }, { type: 'activation', activation: 'tanh' }],
  [
    'ReLU',
    { max_value: 6.0, negative_slope: 0.0, threshold: 0.0 },
    { type: 'relu', max_value: 6, negative_slope: 0, threshold: 0 },
  ],
  ['ThresholdedReLU', {}, { type: 'relu', threshold: 1 }],
  ['LeakyReLU', { alpha: 0.10000000149011612 }, { type: 'leaky_relu', negative_slope: 0.1 }],
  ['LeakyReLU', {}, { type: 'leaky_relu' }],
  ['ELU', { alpha: 0.5 }, { type: 'elu', alpha: 0.5 }],
  [
    'PReLU',
    { shared_axes: [1, 2], alpha_initializer: 'zeros' },
    { type: 'prelu', shared_axes: [1, 2], alpha_initializer: 'zeros' },
  ],
  ['Softmax', { axis: 3 }, { type: 'softmax', axis: -1 }],
  ['Dropout', { rate: 0.5, seed: 3 }, { type: 'dropout', rate: 0.5 }],
  ['SpatialDropout2D', { p: 0.5 }, { type: 'spatial_dropout2d', rate: 0.5 }],
  ['GaussianNoise', { sigma: 0.5 }, { type: 'gaussian_noise', stddev: 0.5 }],
  [
    'BatchNormalization',
    { axis: [3], mode: 0, renorm: false, renorm_momentum: 0.99, fused: null, synchronized: false, gamma_init: 'one' },
    { type: 'batch_normalization', axis: 3, gamma_initializer: 'ones' },
  ],
  ['BatchNormalizationV1', { momentum: 0.9 }, { type: 'batch_normalization', momentum: 0.9 }],
  ['BatchNormalizationV2', { epsilon: 1e-5 }, { type: 'batch_normalization', epsilon: 1e-5 }],
  ['SyncBatchNormalization', { center: false }, { type: 'batch_normalization', center: false }],
  [
    'LayerNormalization',
    { axis: [-1], rms_scaling: false, scale: false },
    { type: 'layer_normalization', axis: [-1], scale: false },
  ],
  [
    'Rescaling',
    { scale: 0.00392156862745098, offset: -1 },
    { type: 'rescaling', scale: 0.00392156862745098, offset: -1 },
  ],
  [
    'Normalization',
    { axis: [-1], mean: [[[[1, 2, 3]]]], variance: [4, 5, 6], invert: false },
    { type: 'normalization', mean: [1, 2, 3], variance: [4, 5, 6] },
  ],
  ['Flatten', {}, { type: 'flatten' }],
  ['Reshape', { target_shape: [-1] }, { type: 'reshape', target_shape: [-1] }],
  [
    'ZeroPadding2D',
    {
      padding: [
        [1, 2],
        [3, 4],
      ],
    },
    {
      type: 'zero_padding2d',
      padding: [
        [1, 2],
        [3, 4],
      ],
    },
  ],
  [
    'ZeroPadding2D',
    { padding: [1, 2, 3, 4] },
    {
      type: 'zero_padding2d',
      padding: [
        [1, 2],
        [3, 4],
      ],
    },
  ],
  [
    'ZeroPadding2D',
    { padding: { top_pad: 1, right_pad: 2 } },
    {
      type: 'zero_padding2d',
      padding: [
        [1, 0],
        [0, 2],
      ],
    },
  ],
  [
    'Cropping2D',
    {
      cropping: [
        [1, 0],
        [0, 1],
      ],
    },
    {
      type: 'cropping2d',
      cropping: [
        [1, 0],
        [0, 1],
      ],
    },
  ],
  [
    'UpSampling2D',
    { size: [2, 2], interpolation: 'bilinear' },
    { type: 'up_sampling2d', size: [2, 2], interpolation: 'bilinear' },
  ],
];

const MERGES: readonly [className: string, config: object, ours: { type: string; [argument: string]: unknown }][] = [
  ['Add', {}, { type: 'add' }],
  ['Subtract', {}, { type: 'subtract' }],
  ['Multiply', {}, { type: 'multiply' }],
  ['Average', {}, { type: 'average' }],
  ['Maximum', {}, { type: 'maximum' }],
  ['Concatenate', { axis: 3 }, { type: 'concatenate', axis: 3 }],
  ['Merge', { mode: 'sum', concat_axis: -1 }, { type: 'add' }],
  ['Merge', { mode: 'mul' }, { type: 'multiply' }],
  ['Merge', { mode: 'ave' }, { type: 'average' }],
  ['Merge', { mode: 'max' }, { type: 'maximum' }],
  ['Merge', { mode: 'concat', concat_axis: 1 }, { type: 'concatenate', axis: 1 }],
];

/** What any layer may say without a meaning here. */
const NEUTRAL = { name: 'x', trainable: true, dtype: 'float32', activity_regularizer: null, data_format: null };

function imported(className: string, config: object): unknown {
  const { spec } = importKeras([{ class_name: className, config: { ...NEUTRAL, ...config } }]);
  parseModelSpec(spec);
  return spec;
}

describe("Keras' layers are read", () => {
  it.each(CASES)('%s %j', (className, config, { type, ...args }) => {
    expect(imported(className, config)).toEqual({ layers: [{ type, name: 'x', ...args }] });
  });

  it.each(MERGES)('%s %j', (className, config, { type, ...args }) => {
    const input = {
      class_name: 'InputLayer',
      name: 'in',
      config: { batch_input_shape: [null, 4, 4, 3] },
      inbound_nodes: [],
    };
    const flip = { class_name: 'ReLU', name: 'relu', config: {}, inbound_nodes: [[['in', 0, 0]]] };
    const merge = {
      class_name: className,
      name: 'x',
      config: { ...NEUTRAL, ...config },
      inbound_nodes: [
        [
          ['in', 0, 0],
          ['relu', 0, 0],
        ],
      ],
    };
    const layers = [input, flip, merge];
    const { spec } = importKeras({
      class_name: 'Model',
      config: { layers, input_layers: [['in', 0, 0]], output_layers: [['x', 0, 0]] },
    });
    parseModelSpec(spec);
    expect(spec).toMatchObject({ layers: [{}, { type, name: 'x', inputs: ['input', 'relu'], ...args }] });
  });

  it('every class that is known', () => {
    const tested = new Set([...CASES, ...MERGES].map(([className]) => className));
    expect([...tested].sort()).toEqual([...LAYER_CLASSES].sort());
  });

  it('into every layer that there is', () => {
    const reached = new Set([...CASES, ...MERGES].map(([, , { type }]) => type));
    const others = Object.keys(ourLayers).filter((type) => !reached.has(type));
    for (const type of others) expect(layerRule(classNameOf(type), undefined)?.type, type).toBe(type);
  });

  it('without a rule of their own, where they are called and set as here', () => {
    const { arguments: derived, ...rule } = derivedRule('BatchNormalization') ?? {};
    expect(rule).toEqual({ type: 'batch_normalization', hasWeights: true });
    expect(Object.keys(derived ?? {})).toEqual(Object.keys(argumentSchemas('batch_normalization')));
    expect(derivedRule('Multiply')).toEqual({ type: 'multiply', merges: true, arguments: {} });
    for (const name of ['multiply', 'LSTM', 'constructor', '__proto__', '']) expect(derivedRule(name)).toBeUndefined();
  });

  it('with a note of the seed that is left out', () => {
    const { notes } = importKeras([
      { class_name: 'Dropout', config: { name: 'x', rate: 0.5, seed: 3, batch_input_shape: [null, 2, 2, 1] } },
    ]);
    expect(notes).toEqual([`layer "x" (Dropout): seed is left out; the job's seed decides`]);
  });
});
