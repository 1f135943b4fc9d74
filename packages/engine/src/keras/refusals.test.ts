import { TrainyardError } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { importKeras } from './import.js';

/** What is wrong, as `pointer: detail`. */
function errorsOf(posted: unknown): string[] {
  try {
    importKeras(posted);
  } catch (error) {
    if (!(error instanceof TrainyardError) || error.code !== 'invalid_spec') throw error;
    return (error.errors ?? []).map(({ pointer, detail }) => `${pointer}: ${detail}`);
  }
  return [];
}

const layer = (class_name: string, config: object = {}, extra: object = {}) => ({
  class_name,
  config: { name: 'x', ...config },
  ...extra,
});
const dense = { units: 3 };

/** What is wrong with one layer of a Sequential model. */
const errorsOfLayer = (className: string, config: object = {}, extra: object = {}) =>
  errorsOf([layer(className, config, extra)]);

describe('what a layer sets and we do not have is refused by layer, key, value and what comes closest', () => {
  it.each([
    [
      'Dense',
      { ...dense, activity_regularizer: { class_name: 'L2', config: { l2: 0.1 } } },
      'activity_regularizer',
      'nearest is kernel_regularizer',
    ],
    ['Dense', { ...dense, trainable: 'no' }, 'trainable', 'nearest is true'],
    [
      'Dense',
      { ...dense, quantization_config: {} },
      'quantization_config',
      'supported are units, activation, use_bias',
    ],
    [
      'Dense',
      { ...dense, kernel_initializer: 'identity' },
      'kernel_initializer',
      'supported are zeros, ones, constant',
    ],
    [
      'Dense',
      { ...dense, kernel_regularizer: { class_name: 'OrthogonalRegularizer', config: {} } },
      'kernel_regularizer',
      'supported are L1, L2 and L1L2',
    ],
    [
      'Dense',
      { ...dense, kernel_constraint: { class_name: 'MinMaxNorm', config: {} } },
      'kernel_constraint',
      'supported are MaxNorm, NonNeg, UnitNorm',
    ],
    ['Dense', { ...dense, activation: 'mish' }, 'activation', 'nearest is silu; supported are linear, relu'],
    ['Dense', { ...dense, dtype: 'mixed_float16' }, 'dtype', 'keras.mixed_precision.set_global_policy("float32")'],
    [
      'Dense',
      { ...dense, dtype: { class_name: 'DTypePolicy', config: { name: 'bfloat16' } } },
      'dtype',
      'only float32 is',
    ],
    ['Dropout', { rate: 0.5, noise_shape: [1, 2] }, 'noise_shape', 'use SpatialDropout2D'],
    ['BatchNormalization', { renorm: true }, 'renorm', 'nearest is plain batch normalisation'],
    ['BatchNormalization', { mode: 2 }, 'mode', 'nearest is 0'],
    ['LayerNormalization', { rms_scaling: true }, 'rms_scaling', 'nearest is false'],
    ['Normalization', { axis: 1, mean: 0, variance: 1 }, 'axis', 'nearest is the axis of the channels, -1'],
    ['DepthwiseConv2D', { kernel_size: 3, groups: 2 }, 'groups', 'one group for each channel'],
    ['GlobalAveragePooling2D', { pool_size: 2 }, 'pool_size', 'supported are keepdims'],
    ['Merge', { mode: 'dot' }, 'mode', 'supported are sum, mul, ave, max, concat'],
    ['Flatten', { order: 'F' }, 'order', 'it takes no arguments'],
  ])('%s %j', (className, config, key, nearest) => {
    const errors = errorsOfLayer(className, config);
    const value = JSON.stringify(Object.entries(config).find(([name]) => name === key)?.[1]);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(`/0/config/${key}: layer "x" (${className}): ${key} ${value} is not supported; `);
    expect(errors[0]).toContain(nearest);
  });

  it('with all that is wrong, not only the first', () => {
    const posted = [
      layer('Conv2D', {
        filters: 2,
        kernel_size: 3,
        kernel_initializer: { class_name: 'HeNormal', config: { gain: 2 } },
        trainable: 1,
      }),
      layer('LSTM', { units: 3 }),
      layer('Dense', { ...dense, bias_constraint: 'x' }),
    ];
    expect(errorsOf(posted).map((error) => error.split(':')[0])).toEqual([
      '/0/config/trainable',
      '/0/config/kernel_initializer/config/gain',
      '/1/class_name',
      '/2/config/bias_constraint',
    ]);
  });

  it('up to a number that a reader can bear', () => {
    const errors = errorsOf(Array.from({ length: 300 }, () => layer('LSTM')));
    expect(errors).toHaveLength(51);
    expect(errors[50]).toBe(': 250 more things of this kind are not listed');
  });
});

describe('code is refused and never run', () => {
  const lambda = { function: ['4wEAAAAAAAAA', null, null], function_type: 'lambda' };

  it.each([
    ['Lambda', lambda, 'its code is never run'],
    ['TFOpLambda', { function: 'math.multiply' }, 'its function is never run'],
    ['TensorFlowOpLayer', { node_def: '...' }, 'its operation is never run'],
    ['RandomFlip', { mode: 'horizontal' }, 'it changes images while training alone'],
    ['Conv1D', { filters: 2 }, 'nearest is Conv2D'],
    ['MyLayer', {}, 'supported are Conv2D'],
    ['constructor', {}, 'supported are Conv2D'],
    ['__proto__', {}, 'supported are Conv2D'],
  ])('%s', (className, config, reason) => {
    const errors = errorsOfLayer(className, config);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(`/0/class_name: layer "x": class_name "${className}" is not supported; `);
    expect(errors[0]).toContain(reason);
  });

  it.each([
    [{ module: 'my.code', registered_name: 'mine>Conv2D' }],
    [{ module: 'keras.layers', registered_name: 'mine>Conv2D' }],
    [{ module: 'builtins.evil' }],
  ])('a Conv2D of %j', (extra) => {
    const errors = errorsOfLayer('Conv2D', { filters: 1, kernel_size: 1 }, extra);
    expect(errors).toEqual([expect.stringContaining('Conv2D is code of its author, which is never run')]);
  });

  it('within a layer too', () => {
    const custom = { module: 'mine', class_name: 'Zeros', config: {}, registered_name: 'mine>Zeros' };
    const found = { module: 'builtins', class_name: 'function', config: 'my_relu', registered_name: 'function' };
    const errors = errorsOfLayer('Dense', {
      ...dense,
      kernel_initializer: custom,
      bias_regularizer: custom,
      activation: found,
    });
    expect(errors.map((error) => error.split(':')[0]).sort()).toEqual([
      '/0/config/activation',
      '/0/config/bias_regularizer',
      '/0/config/kernel_initializer',
    ]);
  });

  it('a class of its own', () => {
    expect(errorsOf({ class_name: 'MyModel', config: {} })[0]).toMatch(
      /^\/class_name: expected Sequential, Functional or Model; received "MyModel"/,
    );
  });
});

const input = layer(
  'InputLayer',
  { name: 'in', batch_input_shape: [null, 4, 4, 3] },
  { name: 'in', inbound_nodes: [] },
);
const node = (class_name: string, name: string, inbound_nodes: unknown, config: object = {}) => ({
  class_name,
  name,
  config: { name, ...config },
  inbound_nodes,
});
const call = (...names: string[]) => [names.map((name) => [name, 0, 0, {}])];
const model = (layers: unknown[], ends: object = {}, extra: object = {}) => ({
  class_name: 'Functional',
  config: { name: 'm', layers, input_layers: [['in', 0, 0]], output_layers: [['out', 0, 0]], ...ends },
  ...extra,
});

describe('a graph is refused', () => {
  const out = node('Flatten', 'out', call('in'));

  it.each([
    [
      'with several inputs',
      model([input, out], {
        input_layers: [
          ['in', 0, 0],
          ['in2', 0, 0],
        ],
      }),
      '/config/input_layers: expected one input; received 2: "in", "in2"',
    ],
    [
      'with several outputs',
      model([input, out], {
        output_layers: [
          ['out', 0, 0],
          ['in', 0, 0],
        ],
      }),
      '/config/output_layers: expected one output; received 2: "out", "in"',
    ],
    [
      'without ends',
      model([input, out], { output_layers: null }),
      '/config/output_layers: expected one output; received none',
    ],
    [
      'whose end is no layer',
      model([input, out], { output_layers: [['y', 0, 0]] }),
      '/config/output_layers: expected the name of a layer; received "y"',
    ],
    [
      'that uses a layer twice',
      model([input, node('ReLU', 'out', [[['in', 0, 0]], [['out', 0, 0]]])]),
      '/config/layers/1/inbound_nodes: layer "out": expected one call; received 2. Layers that share weights are not supported; use a layer for each call',
    ],
    [
      'with a layer that nothing calls',
      model([input, node('ReLU', 'r', []), out]),
      '/config/layers/1/inbound_nodes: layer "r": expected one call; received 0',
    ],
    [
      'with a name that is not there',
      model([input, node('ReLU', 'out', call('nobody'))]),
      '/config/layers/1/inbound_nodes: layer "out": expected the names of layers; there is no "nobody"',
    ],
    [
      'that goes in circles',
      model([input, node('Add', 'a', call('in', 'b')), node('ReLU', 'b', call('a')), out]),
      '/config: expected no circle of layers; these wait for each other: "a", "b"',
    ],
    [
      'with two layers of one name',
      model([input, node('ReLU', 'out', call('in')), out]),
      '/config/layers/2: layer "out": expected a name of its own; another layer has it too',
    ],
    [
      'with a second output of a layer',
      model([input, node('ReLU', 'out', [[['in', 0, 1, {}]]])]),
      '/config/layers/1/inbound_nodes/0/0: layer "out": expected the one output of layer "in", 0; received 1',
    ],
    [
      'with a layer in one mode',
      model([input, node('Dropout', 'out', [[['in', 0, 0, { training: true }]]], { rate: 0.5 })]),
      '/config/layers/1/inbound_nodes/0/0/3/training: layer "out": a call with training true is not supported; leave it out',
    ],
    [
      'with two inputs of a layer that takes one',
      model([input, node('ReLU', 'out', call('in', 'in'))]),
      '/config/layers/1/config: layer "out" (ReLU): expected one input; received 2',
    ],
    [
      'with a text among its inputs',
      model([input, node('ReLU', 'out', [{ args: ['in'], kwargs: {} }])], {}, { module: 'keras' }),
      '/config/layers/1/inbound_nodes/0/args/0: layer "out": expected the output of a layer; received "in"',
    ],
  ])('%s', (_name, posted, error) => {
    expect(errorsOf(posted)).toContain(error);
  });
});

describe('an input is refused', () => {
  const flatten = (batch_input_shape: unknown) => [layer('Flatten', { batch_input_shape })];

  it.each([
    [[null, 784], 'expected images of [height, width, channels], not vectors; received [784]'],
    [[null, 8, 28, 28, 1], 'expected images of [height, width, channels]; received [8,28,28,1]'],
    [
      [null, 28, 28, 4],
      'expected 1 or 3 channels, as grey or colour images have, and not 4 (channels_last); received [28,28,4]',
    ],
    [[null, 28, 28, null], 'and not null (channels_last); received [28,28,null]'],
    [[null, 2000, 28, 1], 'expected a height and a width of 1 to 1024; received [2000,28,1]'],
    [[null, 'x', 28, 1], 'expected a height and a width of 1 to 1024; received ["x",28,1]'],
    [[null, 0, 28, 1], 'expected a height and a width of 1 to 1024; received [0,28,1]'],
  ])('of %j', (shape, detail) => {
    expect(errorsOf(flatten(shape))).toEqual([expect.stringMatching(/^\/0\/config\/batch_input_shape: /)]);
    expect(errorsOf(flatten(shape))[0]).toContain(detail);
  });

  it('of several formats', () => {
    const pool = (data_format: unknown) => layer('MaxPooling2D', { data_format });
    expect(errorsOf([pool('channels_first'), pool(null), pool('channels_last')])).toEqual([
      '/2/config/data_format: layer "x": expected one format for the whole model, "channels_first" as in layer "x"; received "channels_last"',
    ]);
    expect(errorsOf([pool('nhwc')])).toEqual([
      '/0/config/data_format: layer "x": expected channels_last or channels_first; received "nhwc"',
    ]);
  });

  it('that is no float32', () => {
    const posted = [
      layer('InputLayer', { batch_shape: [null, 4, 4, 1], dtype: 'uint8', sparse: true }),
      layer('Flatten'),
    ];
    expect(errorsOf(posted)).toEqual([
      expect.stringMatching(/^\/0\/config\/dtype: layer "x": dtype "uint8" is not supported; only float32 is/),
      '/0/config/sparse: layer "x": sparse true is not supported; nearest is false',
    ]);
  });
});
