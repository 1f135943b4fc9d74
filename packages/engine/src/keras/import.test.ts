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

const tensor = (name: string) => ({
  class_name: '__keras_tensor__',
  config: { shape: [null, 8, 8, 4], dtype: 'float32', keras_history: [name, 0, 0] },
});
const call3 = (...args: unknown[]) => [{ args, kwargs: {} }];
const call2 = (...names: string[]) => [names.map((name) => [name, 0, 0, {}])];

/** A layer of a Functional model. */
const node = (class_name: string, name: string, inbound_nodes: unknown, config: object = {}, module?: string) => ({
  class_name,
  name,
  config: { name, ...config },
  inbound_nodes,
  ...(module ? { module } : {}),
});
const functional = (layers: unknown[], ends: [unknown, unknown], extra: object = {}) => ({
  class_name: 'Functional',
  config: { name: 'graph', layers, input_layers: ends[0], output_layers: ends[1] },
  ...extra,
});
const inputNode = node('InputLayer', 'in', [], { batch_shape: [null, 8, 8, 3] });
const conv = { filters: 4, kernel_size: [3, 3], padding: 'same' };
const ends: [unknown, unknown] = [[['in', 0, 0]], [['out', 0, 0]]];

const residual = {
  input: { width: 8, height: 8, channels: 3 },
  layers: [
    { type: 'conv2d', name: 'a', ...conv },
    { type: 'conv2d', name: 'b', ...conv },
    { type: 'add', name: 'sum', inputs: ['a', 'b'] },
    { type: 'global_average_pooling2d', name: 'gap' },
    { type: 'dense', name: 'out', units: 5 },
  ],
};

describe('frozen weights', () => {
  const dense = { units: 3 };
  const trainable = (posted: unknown) => importChecked(posted).layers.map((layer) => layer.trainable ?? true);

  it('stay frozen, layer by layer, where there are weights at all', () => {
    const layers = [
      { class_name: 'Conv2D', config: { name: 'a', ...conv, trainable: false } },
      { class_name: 'Flatten', config: { name: 'b', trainable: false } },
      { class_name: 'Dense', config: { name: 'c', ...dense, trainable: true } },
    ];
    expect(trainable({ class_name: 'Sequential', config: { layers } })).toEqual([false, true, true]);
  });

  it('are those of every layer in a frozen model', () => {
    const inner = { class_name: 'Conv2D', config: { name: 'x', ...conv } };
    const layers = [
      { class_name: 'Sequential', config: { name: 'base', trainable: false, layers: [inner] } },
      { class_name: 'Flatten', config: { name: 'b' } },
      { class_name: 'Dense', config: { name: 'c', ...dense } },
    ];
    expect(trainable({ class_name: 'Sequential', config: { layers } })).toEqual([false, true, true]);
  });
});

describe('a Functional model is imported', () => {
  const layers2 = [
    inputNode,
    node('Conv2D', 'a', call2('in'), conv),
    node('Conv2D', 'b', call2('a'), conv),
    node('Add', 'sum', call2('a', 'b')),
    node('GlobalAveragePooling2D', 'gap', call2('sum')),
    node('Dense', 'out', call2('gap'), { units: 5 }),
  ];
  const layers3 = [
    inputNode,
    node('Conv2D', 'a', call3(tensor('in')), conv),
    node('Conv2D', 'b', call3(tensor('a')), conv),
    node('Add', 'sum', call3([tensor('a'), tensor('b')])),
    node('GlobalAveragePooling2D', 'gap', call3(tensor('sum'))),
    node('Dense', 'out', [{ args: [tensor('gap')], kwargs: { training: false, mask: null } }], { units: 5 }),
  ];

  it.each([
    ['Keras 2', functional(layers2, ends)],
    ['a Model', { ...functional(layers2, ends), class_name: 'Model' }],
    ['Keras 3', functional(layers3, ends, { module: 'keras.src.models.functional' })],
    [
      'Keras 3, whose ends are not in lists',
      functional(
        layers3,
        [
          ['in', 0, 0],
          ['out', 0, 0],
        ],
        { module: 'keras' },
      ),
    ],
    ['layers in another order', functional([...layers2].reverse(), ends)],
    [
      'single references',
      functional(
        layers2.map((l) => (l.name === 'gap' ? { ...l, inbound_nodes: [['sum', 0, 0, {}]] } : l)),
        ends,
      ),
    ],
  ])('from %s', (_name, posted) => {
    expect(importChecked(posted)).toMatchObject(parseModelSpec(residual));
  });

  it('with models within it, whose layers get the names of both', () => {
    const inner = {
      ...node('Sequential', 'stem', call2('in')),
      config: {
        name: 'stem',
        layers: [
          { class_name: 'InputLayer', config: { batch_input_shape: [null, 8, 8, 3], name: 'x' } },
          { class_name: 'Conv2D', config: { name: 'conv', ...conv } },
          { class_name: 'ReLU', config: { name: 'relu' } },
        ],
      },
    };
    const branch = {
      ...node('Functional', 'block', [[['stem', 1, 0, {}]]]),
      config: {
        name: 'block',
        layers: [
          node('InputLayer', 'x', [], { batch_input_shape: [null, 8, 8, 4] }),
          node('Conv2D', 'conv', call2('x'), conv),
          node('Multiply', 'gate', call2('x', 'conv')),
        ],
        input_layers: [['x', 0, 0]],
        output_layers: [['gate', 0, 0]],
      },
    };
    const last = [
      node('GlobalMaxPooling2D', 'pool', call2('block')),
      node('Dense', 'out', call2('pool'), { units: 5 }),
    ];
    const { spec, pointers } = importKeras(functional([inputNode, inner, branch, ...last], ends));
    expect(spec).toEqual({
      input: { width: 8, height: 8, channels: 3 },
      layers: [
        { type: 'conv2d', name: 'stem.conv', ...conv },
        { type: 'relu', name: 'stem.relu' },
        { type: 'conv2d', name: 'block.conv', ...conv },
        { type: 'multiply', name: 'block.gate', inputs: ['stem.relu', 'block.conv'] },
        { type: 'global_max_pooling2d', name: 'pool' },
        { type: 'dense', name: 'out', units: 5 },
      ],
    });
    expect(pointers[3]).toBe('/config/layers/2/config/layers/2/config');
    expect(importChecked(functional([inputNode, inner, branch, ...last], ends)).count).toBe(112 + 148 + 25);
  });

  it('with the operations of Keras 3 that a layer does as well', () => {
    const numpy = 'keras.src.ops.numpy';
    const posted = functional(
      [
        inputNode,
        node('Add', 'add', call3(tensor('in'), 3.0), {}, numpy),
        node('ReLU', 'relu', call3(tensor('add')), { max_value: 6 }, 'keras.src.activations.activations'),
        node('Multiply', 'mul', call3(0.5, tensor('relu')), {}, numpy),
        node('Subtract', 'sub', call3(1, tensor('mul')), {}, numpy),
        node('TrueDivide', 'div', call3(tensor('sub'), 4), {}, numpy),
        node('Add', 'sum', call3(tensor('div'), tensor('mul')), {}, numpy),
        node('Silu', 'silu', call3(tensor('sum')), {}, 'keras.src.ops.nn'),
        node('Flatten', 'flat', call3(tensor('silu'))),
        node('Dense', 'out', call3(tensor('flat')), { units: 5 }),
      ],
      ends,
      { module: 'keras.src.models.functional' },
    );
    expect(importKeras(posted).spec).toMatchObject({
      layers: [
        { type: 'rescaling', name: 'add', scale: 1, offset: 3 },
        { type: 'relu', max_value: 6 },
        { type: 'rescaling', scale: 0.5, offset: 0 },
        { type: 'rescaling', scale: -1, offset: 1 },
        { type: 'rescaling', scale: 0.25, offset: 0 },
        { type: 'add', inputs: ['div', 'mul'] },
        { type: 'activation', activation: 'silu' },
        { type: 'flatten' },
        { type: 'dense' },
      ],
    });
    expect(importChecked(posted).count).toBe(192 * 5 + 5);
  });
});

describe('a model with its channels first is imported', () => {
  const first = { data_format: 'channels_first' };
  const layer = (class_name: string, config: object = {}) => ({ class_name, config: { ...config } });

  it('with its axes where channels come last', () => {
    const imported = importChecked([
      layer('Conv2D', { ...conv, ...first, batch_input_shape: [null, 3, 8, 6] }),
      layer('BatchNormalization', { axis: [1] }),
      layer('PReLU', { shared_axes: [2, 3] }),
      layer('MaxPooling2D', { ...first, pool_size: 2 }),
      layer('Softmax', { axis: 1 }),
      // Flatten has a format of its own by default, which makes no difference.
      layer('Flatten', { data_format: 'channels_last' }),
      layer('BatchNormalization', { axis: 1 }),
      layer('Dense', { units: 5 }),
    ]);
    expect(imported.input).toEqual({ width: 6, height: 8, channels: 3 });
    expect(imported.layers).toMatchObject([
      {},
      { type: 'batch_normalization', axis: 3 },
      { type: 'prelu', shared_axes: [1, 2] },
      {},
      { type: 'softmax', axis: -1 },
      {},
      { type: 'batch_normalization', axis: 1 },
      {},
    ]);
    expect(imported.count).toBe(112 + 16 + 4 + 4 * 48 + 48 * 5 + 5);
  });

  it("where Keras 1 calls the format 'th', also in a merge", () => {
    const th = { dim_ordering: 'th', nb_filter: 4, nb_row: 3, nb_col: 3, border_mode: 'same' };
    const posted = functional(
      [
        node('InputLayer', 'in', [], { batch_input_shape: [null, 1, 8, 8] }),
        node('Convolution2D', 'a', call2('in'), th),
        node('Convolution2D', 'b', call2('a'), th),
        node('Merge', 'cat', call2('a', 'b'), {
          mode: 'concat',
          concat_axis: 1,
          dot_axes: [-1, -1],
          mode_type: 'raw',
          output_shape: null,
          output_shape_type: 'raw',
        }),
        node('Flatten', 'flat', call2('cat')),
        node('Dense', 'out', call2('flat'), { output_dim: 5 }),
      ],
      ends,
      { keras_version: '1.0.5' },
    );
    const imported = importChecked(posted);
    expect(imported.input).toEqual({ width: 8, height: 8, channels: 1 });
    expect(imported.layers[2]).toMatchObject({ type: 'concatenate', inputs: ['a', 'b'] });
    expect(imported.count).toBe(40 + 148 + 8 * 64 * 5 + 5);
  });
});
