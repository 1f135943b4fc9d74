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
