import { describe, expect, it } from 'vitest';
import { buildModel } from '../model/build.js';
import { parseModelSpec } from '../spec/parse.js';
import { importKeras } from './import.js';

const data = { image: { width: 9, height: 9, channels: 3 as const }, classes: 5 };

/** The layers as our parser completes them, and the size of the images. */
function importChecked(posted: unknown) {
  const { spec, pointers } = importKeras(posted);
  const checked = parseModelSpec(spec, { pointers });
  const { parameters } = buildModel(checked, data);
  const count = parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  return { ...checked, count, pointers };
}

/** The small model that each version of Keras below writes in its own way. */
const small = {
  input: { width: 10, height: 12, channels: 3 },
  layers: [
    {
      type: 'conv2d',
      name: 'conv',
      filters: 4,
      kernel_size: [3, 2],
      strides: [2, 1],
      padding: 'same',
      activation: 'relu',
    },
    { type: 'max_pooling2d', name: 'pool', pool_size: [2, 2], strides: [2, 2], padding: 'valid' },
    { type: 'dropout', name: 'drop', rate: 0.25 },
    { type: 'flatten', name: 'flat' },
    { type: 'dense', name: 'out', units: 5, activation: 'softmax', use_bias: false },
  ],
};

const keras1 = {
  class_name: 'Sequential',
  keras_version: '1.2.1',
  config: [
    {
      class_name: 'Convolution2D',
      config: {
        name: 'conv',
        trainable: true,
        batch_input_shape: [null, 12, 10, 3],
        input_dtype: 'float32',
        nb_filter: 4,
        nb_row: 3,
        nb_col: 2,
        subsample: [2, 1],
        border_mode: 'same',
        dim_ordering: 'tf',
        init: 'glorot_uniform',
        activation: 'relu',
        bias: true,
        W_regularizer: null,
        b_regularizer: null,
        activity_regularizer: null,
        W_constraint: null,
        b_constraint: null,
      },
    },
    {
      class_name: 'MaxPooling2D',
      config: { name: 'pool', pool_size: [2, 2], strides: [2, 2], border_mode: 'valid', dim_ordering: 'tf' },
    },
    { class_name: 'Dropout', config: { name: 'drop', p: 0.25, trainable: true } },
    { class_name: 'Flatten', config: { name: 'flat', trainable: true } },
    {
      class_name: 'Dense',
      config: { name: 'out', output_dim: 5, input_dim: 36, activation: 'softmax', bias: false, init: 'glorot_uniform' },
    },
  ],
};

const glorot = {
  class_name: 'VarianceScaling',
  config: { scale: 1.0, mode: 'fan_avg', distribution: 'uniform', seed: null },
};
const zeros = { class_name: 'Zeros', config: {} };
const unset = {
  kernel_regularizer: null,
  bias_regularizer: null,
  activity_regularizer: null,
  kernel_constraint: null,
  bias_constraint: null,
};

const keras2Layers: readonly { class_name: string; config: Record<string, unknown> }[] = [
  {
    class_name: 'Conv2D',
    config: {
      name: 'conv',
      trainable: true,
      batch_input_shape: [null, 12, 10, 3],
      dtype: 'float32',
      filters: 4,
      kernel_size: [3, 2],
      strides: [2, 1],
      padding: 'same',
      data_format: 'channels_last',
      dilation_rate: [1, 1],
      activation: 'relu',
      use_bias: true,
      kernel_initializer: glorot,
      bias_initializer: zeros,
      ...unset,
    },
  },
  {
    class_name: 'MaxPooling2D',
    config: {
      name: 'pool',
      trainable: true,
      pool_size: [2, 2],
      padding: 'valid',
      strides: [2, 2],
      data_format: 'channels_last',
    },
  },
  { class_name: 'Dropout', config: { name: 'drop', trainable: true, rate: 0.25, noise_shape: null, seed: null } },
  { class_name: 'Flatten', config: { name: 'flat', trainable: true, data_format: 'channels_last' } },
  {
    class_name: 'Dense',
    config: {
      name: 'out',
      trainable: true,
      units: 5,
      activation: 'softmax',
      use_bias: false,
      kernel_initializer: glorot,
      bias_initializer: zeros,
      ...unset,
    },
  },
];

const keras2 = { class_name: 'Sequential', keras_version: '2.1.5', backend: 'tensorflow', config: keras2Layers };

const tfKeras = {
  class_name: 'Sequential',
  keras_version: '2.8.0',
  backend: 'tensorflow',
  config: {
    name: 'sequential',
    layers: [
      {
        class_name: 'InputLayer',
        config: { batch_input_shape: [null, 12, 10, 3], dtype: 'float32', sparse: false, ragged: false, name: 'in' },
      },
      ...keras2Layers.map(({ class_name, config }) => ({
        class_name,
        config: { ...config, dtype: 'float32', ...(class_name === 'Conv2D' ? { groups: 1 } : {}) },
      })),
    ],
  },
};

const policy = { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null };

const keras3 = {
  module: 'keras',
  class_name: 'Sequential',
  registered_name: null,
  build_config: { input_shape: [null, 12, 10, 3] },
  compile_config: {},
  config: {
    name: 'sequential',
    trainable: true,
    dtype: policy,
    build_input_shape: [null, 12, 10, 3],
    layers: [
      {
        module: 'keras.layers',
        class_name: 'InputLayer',
        config: {
          batch_shape: [null, 12, 10, 3],
          dtype: 'float32',
          sparse: false,
          ragged: false,
          optional: false,
          name: 'in',
        },
        registered_name: null,
      },
      ...keras2Layers.map(({ class_name, config: { batch_input_shape: _shape, ...config } }) => ({
        module: 'keras.layers',
        class_name,
        registered_name: null,
        build_config: { input_shape: [null, 1] },
        config: {
          ...config,
          dtype: policy,
          ...('kernel_initializer' in config
            ? {
                kernel_initializer: {
                  module: 'keras.initializers',
                  class_name: 'GlorotUniform',
                  config: { seed: null, input_axes: null, output_axes: null },
                  registered_name: null,
                },
              }
            : {}),
        },
      })),
    ],
  },
};

const tfjs = {
  format: 'layers-model',
  generatedBy: 'keras v2.4.0',
  convertedBy: 'TensorFlow.js Converter v3',
  modelTopology: {
    keras_version: 'tfjs-layers 3.0.0',
    tensor_version: 'x',
    backend: 'tensorflow',
    model_config: tfKeras,
  },
  weightsManifest: [
    { paths: ['group1-shard1of1.bin'], weights: [{ name: 'conv/kernel', shape: [3, 2, 3, 4], dtype: 'float32' }] },
  ],
};

const DIALECTS: readonly [name: string, posted: unknown, firstPointer: string][] = [
  ['Keras 1', keras1, '/config/0/config'],
  ['Keras 2, whose configuration is a list', keras2, '/config/0/config'],
  [
    'Keras 2, whose configuration is an object',
    { ...keras2, config: { name: 'x', layers: keras2Layers } },
    '/config/layers/0/config',
  ],
  ['tf.keras 2', tfKeras, '/config/layers/1/config'],
  ['Keras 3', keras3, '/config/layers/1/config'],
  ['tfjs-layers', tfjs, '/modelTopology/model_config/config/layers/1/config'],
  ['tfjs-layers, without model_config', { ...tfjs, modelTopology: tfKeras }, '/modelTopology/config/layers/1/config'],
  [
    'a saved file',
    { model_config: tfKeras, keras_version: '2.8.0', backend: 'x' },
    '/model_config/config/layers/1/config',
  ],
  ['a saved file of text', { model_config: JSON.stringify(tfKeras) }, '/model_config/config/layers/1/config'],
  ['text', JSON.stringify(keras3), '/config/layers/1/config'],
  ['text in text in text', JSON.stringify(JSON.stringify(JSON.stringify(keras2))), '/config/0/config'],
  ['a configuration that is text', { ...tfKeras, config: JSON.stringify(tfKeras.config) }, '/config/layers/1/config'],
  ['a configuration alone', keras3.config, '/layers/1/config'],
  ['a list of layers alone', keras2Layers, '/0/config'],
];

describe('a Sequential model is imported', () => {
  const { layers } = parseModelSpec(small);

  it.each(DIALECTS)('from %s', (_name, posted, firstPointer) => {
    const imported = importChecked(posted);
    expect(imported.input).toEqual(small.input);
    expect(imported.layers).toEqual(
      layers.map((layer) =>
        layer.type === 'conv2d' ? { ...layer, dilation_rate: imported.layers[0].dilation_rate } : layer,
      ),
    );
    expect(imported.layers).toHaveLength(imported.pointers.length);
    expect(imported.pointers[0]).toBe(firstPointer);
    expect(imported.count).toBe(3 * 2 * 3 * 4 + 4 + 3 * 5 * 4 * 5);
  });

  it('without the size of its images where it has none', () => {
    const { spec, notes } = importKeras([{ class_name: 'Flatten', config: {} }]);
    expect(spec).toEqual({ layers: [{ type: 'flatten', name: 'flatten' }] });
    expect(notes).toEqual(['the model does not say the size of its images; the data set decides']);
    const open = [{ class_name: 'Flatten', config: { batch_input_shape: [8, null, null, 1] } }];
    expect(importKeras(open)).toMatchObject({
      spec: { layers: [{ type: 'flatten' }] },
      notes: [
        'the batch size of 8 is left out; a training sets its own',
        'the model leaves the size of its images open; the data set decides',
      ],
    });
  });

  it('with the name of the model', () => {
    expect(importKeras(tfKeras).name).toBe('sequential');
    expect(importKeras(keras1).name).toBeNull();
  });

  it('from images without channels, where a layer gives them a shape', () => {
    const layer = (class_name: string, config: object = {}) => ({ class_name, config });
    const input = layer('InputLayer', { batch_input_shape: [null, 28, 28] });
    const dense = layer('Dense', { units: 5 });
    const rescaling = layer('Rescaling', { scale: 0.5 });
    const flat = importChecked([input, rescaling, layer('Flatten'), dense]);
    expect(flat).toMatchObject({ input: { width: 28, height: 28, channels: 1 }, count: 784 * 5 + 5 });
    const shaped = importChecked([
      input,
      layer('Reshape', { target_shape: [28, 28, 1] }),
      layer('Conv2D', { filters: 2, kernel_size: 3 }),
      layer('Flatten'),
      dense,
    ]);
    expect(shaped.count).toBe(20 + 26 * 26 * 2 * 5 + 5);
    expect(() => importKeras([input, layer('BatchNormalization'), layer('Flatten'), dense])).toThrow(
      'layer "batchnormalization" (BatchNormalization): its input has rows and columns but no channels',
    );
  });
});

describe('names', () => {
  it('that a specification does not take are replaced, with a note', () => {
    const flatten = (name: string) => ({ class_name: 'Flatten', config: { name } });
    const { spec, notes } = importKeras([flatten('input'), flatten('a b/c'), flatten('a b/c'), flatten('__proto__')]);
    expect(spec).toMatchObject({
      layers: [{ name: 'input_1' }, { name: 'a_b_c' }, { name: 'a_b_c_1' }, { name: '__proto__' }],
    });
    expect(notes).toContain('layer "a b/c" is called "a_b_c_1" here');
  });
});
