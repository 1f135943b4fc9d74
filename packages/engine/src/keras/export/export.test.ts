import { TrainyardError } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { buildModel } from '../../model/build.js';
import { summarizeModel } from '../../model/summary.js';
import { presets } from '../../presets/index.js';
import { parseModelSpec } from '../../spec/parse.js';
import { importKeras } from '../import.js';
import { exportKeras, type KerasVersion } from './index.js';

const data = { image: { width: 16, height: 12, channels: 3 as const }, classes: 10 };
const VERSIONS: readonly KerasVersion[] = ['keras3', 'keras2'];

function exported(layers: readonly object[], version: KerasVersion = 'keras3') {
  return exportKeras(parseModelSpec({ layers }), data, version);
}

/** What the model computes, without the notation: shapes and weights of each layer. */
function describeModel(spec: unknown) {
  const model = buildModel(parseModelSpec(spec), data);
  return { image: model.image, rows: summarizeModel(model, 1).layers, parameters: model.parameters, head: model.head };
}

const flatten = { type: 'flatten', name: 'flat' };
const output = { type: 'dense', name: 'out', units: 'classes', activation: 'softmax' };

describe.each(VERSIONS)('a model that was exported to %s', (version) => {
  it.each(Object.entries(presets))('is the same when it is imported again: %s', (_id, { spec }) => {
    const document = exportKeras(parseModelSpec(spec), data, version);
    expect(describeModel(importKeras(document).spec)).toEqual(describeModel(spec));
    expect(describeModel(importKeras(JSON.stringify(document)).spec)).toEqual(describeModel(spec));
  });

  it.each([
    [[{ type: 'conv2d', name: 'c', filters: 2, kernel_size: [3, 1], strides: 2, activation: 'leaky_relu' }]],
    [
      [
        {
          type: 'conv2d',
          name: 'c',
          filters: 2,
          kernel_size: 3,
          activation: { type: 'elu', alpha: 0.5 },
          kernel_regularizer: { type: 'l2', l2: 0.25 },
        },
      ],
    ],
    [[{ type: 'prelu', name: 'p', shared_axes: [1, 2], alpha_constraint: { type: 'max_norm', axis: 2 } }]],
    [
      [
        { type: 'zero_padding2d', name: 'z', padding: [[1, 2], 3] },
        { type: 'cropping2d', name: 'c', cropping: [1, 2] },
      ],
    ],
    [
      [
        { type: 'rescaling', name: 'r', scale: 0.5 },
        { type: 'normalization', name: 'n', mean: [1, 2, 3], variance: 4 },
      ],
    ],
    [
      [
        { type: 'batch_normalization', name: 'b' },
        { type: 'concatenate', name: 'j', inputs: ['b', 'input'], axis: 2 },
      ],
    ],
    [
      [
        { type: 'relu', name: 'r', max_value: 3 },
        { type: 'add', name: 'a', inputs: ['r', 'input', 'r'] },
      ],
    ],
    [
      [
        { type: 'sequential', name: 's', layers: [{ type: 'relu', name: 'r' }] },
        { type: 'elu', name: 'e', alpha: 2 },
      ],
    ],
  ])('is the same when it is imported again: %j', (layers) => {
    const spec = { layers: [...layers, flatten, output] };
    expect(describeModel(importKeras(exported(spec.layers, version)).spec)).toEqual(describeModel(spec));
  });
});

describe('an exported model', () => {
  it('has the units and the figures that the data told', () => {
    const spec = parseModelSpec({ layers: [{ type: 'normalization', name: 'n' }, flatten, output] });
    const pixels = { mean: [1, 2, 3], std: [2, 3, 4] };
    expect(exportKeras(spec, { ...data, pixels }, 'keras3')).toMatchObject({
      class_name: 'Sequential',
      config: {
        layers: [
          { class_name: 'InputLayer', config: { batch_shape: [null, 12, 16, 3] } },
          { class_name: 'Normalization', config: { mean: [1, 2, 3], variance: [4, 9, 16] } },
          {},
          { class_name: 'Dense', config: { name: 'out', units: 10 } },
        ],
      },
    });
  });

  it('is Functional where a layer does not follow the one before', () => {
    expect(
      exported([{ type: 'relu', name: 'r' }, { type: 'add', name: 'a', inputs: ['r', 'input'] }, flatten, output]),
    ).toMatchObject({
      class_name: 'Functional',
      config: {
        input_layers: [['input', 0, 0]],
        output_layers: [['out', 0, 0]],
        layers: [
          { class_name: 'InputLayer', name: 'input' },
          {},
          {
            class_name: 'Add',
            inbound_nodes: [
              {
                args: [
                  [
                    { config: { keras_history: ['r', 0, 0] } },
                    { config: { shape: [null, 12, 16, 3], keras_history: ['input', 0, 0] } },
                  ],
                ],
              },
            ],
          },
          {},
          {},
        ],
      },
    });
  });

  it('says what Keras 2 calls otherwise by the layers that compute it', () => {
    const { config } = exported(
      [flatten, { type: 'dense', name: 'd', units: 4, activation: 'hard_swish' }, output],
      'keras2',
    );
    expect(config).toMatchObject({
      layers: [
        {},
        {},
        { name: 'd', config: { activation: 'linear' } },
        { class_name: 'Rescaling', config: { offset: 3 }, inbound_nodes: [[['d', 0, 0, {}]]] },
        { class_name: 'ReLU', config: { max_value: 6 } },
        { class_name: 'Rescaling', config: { scale: 1 / 6 } },
        {
          class_name: 'Multiply',
          inbound_nodes: [
            [
              ['d', 0, 0, {}],
              ['d_rescaling_1', 0, 0, {}],
            ],
          ],
        },
        { name: 'out', inbound_nodes: [[['d_multiply', 0, 0, {}]]] },
      ],
    });
  });

  it('gives layers names that TensorFlow takes', () => {
    const names = exported(
      [
        { ...flatten, name: '_a' },
        { ...output, name: 'layer_a' },
      ],
      'keras2',
    );
    expect(names).toMatchObject({
      config: { layers: [{}, { config: { name: 'layer_a_1' } }, { config: { name: 'layer_a' } }] },
    });
  });

  it("is refused where Keras' JSON cannot hold it", () => {
    const layers = [
      flatten,
      { type: 'dense', name: 'd', units: 4, activation: { type: 'gelu', approximate: true } },
      output,
    ];
    expect(() => exported(layers)).toThrow(TrainyardError);
    expect(() => exported(layers)).toThrow("/layers/1/activation: expected an activation that Keras' JSON can hold");
    const conv = { kernel_shape: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], group: 1 };
    const graph = {
      ...{ digest: 'sha256:0', layout: 'nchw', channels: 3 },
      parameters: [{ name: 'conv_1.weight', shape: [2, 3, 1, 1], trainable: true }],
      nodes: [{ op: 'Conv', inputs: [0, 'conv_1.weight'], attributes: conv }],
    };
    const backbone = { type: 'onnx_backbone', backbone_id: `bb_${'0'.repeat(26)}`, graph };
    expect(() => exported([backbone, flatten, output])).toThrow(
      'expected layers that Keras has; received onnx_backbone',
    );
  });
});
