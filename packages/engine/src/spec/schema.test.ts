import Value from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { layers } from '../layers/index.js';
import { parseModelSpec } from './parse.js';
import { modelSpecSchema } from './schema.js';

const conv = { type: 'conv2d', filters: 2, kernel_size: [3, 2], activation: { type: 'leaky_relu' } };
const backbone = {
  digest: 'sha256:0',
  layout: 'nchw',
  channels: 3,
  parameters: [{ name: 'conv_1.weight', shape: [3, 3, 1, 1], trainable: true }],
  nodes: [
    {
      op: 'Conv',
      inputs: [0, 'conv_1.weight'],
      attributes: { kernel_shape: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], group: 1 },
    },
  ],
};
const spec = {
  input: { width: 8, height: 8, channels: 3 },
  layers: [
    {
      type: 'onnx_backbone',
      backbone_id: `bb_${'0'.repeat(26)}`,
      output: 'features',
      graph: backbone,
      trainable: true,
    },
    conv,
    { type: 'depthwise_conv2d', kernel_size: 2, depth_multiplier: 2, depthwise_constraint: { type: 'max_norm' } },
    { type: 'separable_conv2d', filters: 2, kernel_size: 1, pointwise_regularizer: 'l2' },
    { type: 'conv2d_transpose', filters: 2, kernel_size: 3, strides: 2, output_padding: [1, 0] },
    { type: 'zero_padding2d', padding: [[1, 0], 2] },
    { type: 'cropping2d', cropping: 1 },
    { type: 'up_sampling2d', interpolation: 'bilinear' },
    { type: 'max_pooling2d', name: 'pool' },
    { type: 'average_pooling2d', strides: [1, 2] },
    { type: 'global_average_pooling2d', keepdims: true },
    { type: 'global_max_pooling2d' },
    { type: 'reshape', target_shape: [1, -1, 1] },
    { type: 'activation', activation: 'tanh' },
    { type: 'rescaling', scale: [0.5], offset: 1 },
    { type: 'normalization', mean: 0.5, variance: [0.25] },
    { type: 'relu', max_value: 3, negative_slope: 0.1, threshold: 0.5 },
    { type: 'leaky_relu' },
    { type: 'prelu', shared_axes: [1, 2] },
    { type: 'elu', alpha: 0.5 },
    { type: 'softmax' },
    { type: 'spatial_dropout2d', rate: 0.5 },
    { type: 'gaussian_noise', stddev: 0.1 },
    { type: 'batch_normalization', name: 'left', scale: false, beta_regularizer: 'l2' },
    { type: 'layer_normalization', name: 'right', axis: [1, 2, 3], gamma_constraint: 'non_neg' },
    { type: 'add', name: 'sum', inputs: ['left', 'right'] },
    { type: 'subtract', name: 'difference', inputs: ['sum', 'right'] },
    { type: 'multiply', name: 'product', inputs: ['difference', 'right'] },
    { type: 'average', name: 'mean', inputs: ['product', 'right'] },
    { type: 'maximum', name: 'largest', inputs: ['mean', 'right'] },
    { type: 'concatenate', inputs: ['largest', 'right'] },
    { type: 'flatten' },
    { type: 'dropout', rate: 0.5 },
    { type: 'dense', units: 'classes', activation: 'softmax', kernel_initializer: { type: 'he_normal', seed: 1 } },
  ],
};

/** Whether the published schema takes it; the parser must agree. */
function accepts(value: unknown): boolean {
  return Value.Check(modelSpecSchema, value);
}

function parses(value: unknown): boolean {
  try {
    parseModelSpec(value);
    return true;
  } catch {
    return false;
  }
}

describe('the published schema of a specification', () => {
  it('takes one with every kind of layer, as it is posted and as it is given back', () => {
    expect(new Set(spec.layers.map(({ type }) => type))).toEqual(new Set(Object.keys(layers)));
    expect(accepts(spec)).toBe(true);
    expect(accepts(parseModelSpec(spec))).toBe(true);
  });

  it.each([
    {},
    { layers: [] },
    { ...spec, extra: 1 },
    { ...spec, input: { width: 8, height: 8 } },
    { layers: [{ type: 'lstm' }] },
    { layers: [{ type: 'conv2d', filters: 2 }] },
    { layers: [{ ...conv, dilation: 2 }] },
    { layers: [{ ...conv, activation: { type: 'relu', slope: 1 } }] },
    { layers: [{ type: 'dropout', rate: 1 }] },
    { layers: [{ type: 'flatten', name: 'a b' }] },
  ])('refuses %j, as the parser does', (value) => {
    expect(accepts(value)).toBe(false);
    expect(parses(value)).toBe(false);
  });

  it('describes each layer', () => {
    expect(JSON.stringify(modelSpecSchema)).toContain(layers.conv2d.summary);
  });
});
