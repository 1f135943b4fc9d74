// What our operations make of an ONNX file is what onnxruntime computes from the file itself.
import { readFileSync } from 'node:fs';
import { describeBackbone, importBackbone, readOnnxModel } from '@trainyard/engine';
import { describe, expect, it } from 'vitest';
import { CLASSIFIER, floats, integers, node, onnxFile, type SmallFile } from '../engine/onnx-files.js';
import { sharedData } from '../setup/data.js';
import { bothOf, expectClose } from './both-of.js';

const SIDE = 8;
const image = [3, SIDE, SIDE];
const conv = node('Conv', ['x', 'w', 'b'], 'c', { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' });
const weights = [floats('w', [4, 3, 3, 3]), floats('b', [4])];

/** A convolution, and nodes behind it whose last output is `shape`. */
function behindConv(
  shape: readonly number[],
  nodes: SmallFile['nodes'],
  tensors: SmallFile['tensors'] = [],
): SmallFile {
  return { input: image, nodes: [conv, ...nodes], tensors: [...weights, ...tensors], output: shape };
}

const MAP = [4, 4, 4];
const onMap = (type: string, attributes = {}) => behindConv(MAP, [node(type, ['c'], 'y', attributes)]);

const CASES: Record<string, SmallFile> = {
  'a classifier with batch normalisation': CLASSIFIER,
  'grouped, dilated convolution': {
    input: image,
    nodes: [node('Conv', ['x', 'w'], 'y', { kernel_shape: [2, 2], dilations: [2, 2], pads: [0, 1, 2, 1], group: 3 })],
    tensors: [floats('w', [6, 1, 2, 2])],
    output: [6, 8, 8],
  },
  'SAME_LOWER padding': {
    input: image,
    nodes: [node('Conv', ['x', 'w'], 'y', { kernel_shape: [2, 2], strides: [2, 2], auto_pad: 'SAME_LOWER' })],
    tensors: [floats('w', [2, 3, 2, 2])],
    output: [2, 4, 4],
  },
  'max pool, rounded up': onMapOf('MaxPool', [4, 2, 2], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }),
  'average pool that counts its pads': onMapOf('AveragePool', [4, 3, 3], {
    ...{ kernel_shape: [2, 2], strides: [2, 2], pads: [1, 1, 1, 1], count_include_pad: 1 },
  }),
  'average pool that does not': onMapOf('AveragePool', [4, 3, 3], {
    ...{ kernel_shape: [2, 2], strides: [2, 2], pads: [1, 1, 1, 1] },
  }),
  'global max pool': onMapOf('GlobalMaxPool', [4, 1, 1]),
  'relu6 by clip': behindConv(MAP, [node('Clip', ['c', 'low', 'high'], 'y')], [scalar('low', 0), scalar('high', 6)]),
  'clip without a lower bound': behindConv(MAP, [node('Clip', ['c', '', 'high'], 'y')], [scalar('high', 0.1)]),
  'hard swish': onMap('HardSwish'),
  'hard sigmoid': onMap('HardSigmoid', { alpha: { float: 0.3 }, beta: { float: 0.4 } }),
  'leaky relu': onMap('LeakyRelu'),
  elu: onMap('Elu', { alpha: { float: 0.7 } }),
  sigmoid: onMap('Sigmoid'),
  tanh: onMap('Tanh'),
  erf: onMap('Erf'),
  softplus: onMap('Softplus'),
  prelu: behindConv(MAP, [node('PRelu', ['c', 'slope'], 'y')], [floats('slope', [4, 1, 1])]),
  'squeeze and excitation': behindConv(
    MAP,
    [
      node('GlobalAveragePool', ['c'], 'p'),
      node('Conv', ['p', 'w2'], 'e', { kernel_shape: [1, 1] }),
      node('Sigmoid', ['e'], 's'),
      node('Mul', ['c', 's'], 'y'),
    ],
    [floats('w2', [4, 4, 1, 1])],
  ),
  'a residual sum, joined channels and a part of them': behindConv(
    [3, 4, 4],
    [
      node('Relu', ['c'], 'r'),
      node('Add', ['c', 'r'], 'a'),
      node('Concat', ['a', 'r'], 'j', { axis: 1 }),
      node('Slice', ['j', 'starts', 'ends', 'axes'], 'y'),
    ],
    [integers('starts', [2]), integers('ends', [-3]), integers('axes', [1])],
  ),
  'pixels that are normalised in the file': {
    input: image,
    nodes: [
      node('Sub', ['x', 'mean'], 's'),
      node('Div', ['s', 'std'], 'd'),
      node('Conv', ['d', 'w'], 'y', { kernel_shape: [1, 1] }),
    ],
    tensors: [floats('mean', [1, 3, 1, 1]), floats('std', [1, 3, 1, 1], 1), floats('w', [2, 3, 1, 1])],
    output: [2, 8, 8],
  },
  'the mean over rows and columns, and a product': behindConv(
    [5],
    [
      node('ReduceMean', ['c'], 'm', { axes: [2, 3], keepdims: 0 }),
      node('MatMul', ['m', 'w2'], 'p'),
      node('Add', ['p', 'b2'], 'y'),
    ],
    [floats('w2', [4, 5]), floats('b2', [5])],
  ),
  'a Gemm with factors': behindConv(
    [5],
    [node('Flatten', ['c'], 'f'), node('Gemm', ['f', 'w2', 'b2'], 'y', { alpha: { float: 0.5 }, beta: { float: 2 } })],
    [floats('w2', [64, 5]), floats('b2', [5])],
  ),
  "PyTorch's flatten by shapes": behindConv(
    [64],
    [
      node('Shape', ['c'], 'shape'),
      node('Gather', ['shape', 'zero'], 'batch', { axis: 0 }),
      node('Unsqueeze', ['batch', 'first'], 'list'),
      node('Concat', ['list', 'rest'], 'target', { axis: 0 }),
      node('Reshape', ['c', 'target'], 'y'),
    ],
    [
      { name: 'zero', dtype: 'int64', shape: [], data: BigInt64Array.of(0n) },
      integers('first', [0]),
      integers('rest', [-1]),
    ],
  ),
  'squeeze, unsqueeze and transpose': behindConv(
    [1, 4, 1],
    [
      node('GlobalAveragePool', ['c'], 'p'),
      node('Squeeze', ['p', 'axes'], 's'),
      node('Unsqueeze', ['s', 'around'], 'u'),
      node('Transpose', ['u'], 'y', { perm: [0, 3, 2, 1] }),
    ],
    [integers('axes', [2, 3]), integers('around', [1, 3])],
  ),
  'zeros around': behindConv(
    [4, 6, 7],
    [node('Pad', ['c', 'pads'], 'y')],
    [integers('pads', [0, 0, 1, 2, 0, 0, 1, 1])],
  ),
  'images whose channels come last': {
    input: [SIDE, SIDE, 3],
    nodes: [node('Transpose', ['x'], 't', { perm: [0, 3, 1, 2] }), { ...conv, inputs: ['t', 'w', 'b'] }],
    tensors: weights,
    output: MAP,
  },
};

function onMapOf(type: string, shape: readonly number[], attributes = {}): SmallFile {
  return behindConv(shape, [node(type, ['c'], 'y', attributes)]);
}

function scalar(name: string, value: number) {
  return { name, dtype: 'float32', shape: [], data: Float32Array.of(value) } as const;
}

describe('an ONNX file that is replayed', () => {
  it.each(Object.entries(CASES))('%s', async (_, small) => {
    const file = onnxFile(small);
    const end = small.nodes[small.nodes.length - 1].outputs[0];
    const [theirs, ours] = await bothOf(file, SIDE, end);
    expectClose(ours, theirs, 1e-5);
  });

  it('is a MobileNetV2 whose features are those of the file', async (context) => {
    const file = readFileSync(sharedData(context, 'backbone/mobilenet_v2_1.0_224_quant.features.onnx'));
    const [theirs, ours] = await bothOf(file, 224);
    expect(ours.length).toBe(2 * 1280);
    expectClose(ours, theirs, 1e-5);
  });

  it('is a classifier that is cut in front of its last product', (context) => {
    const file = readFileSync(sharedData(context, 'backbone/mobilenet_v2_1.0_224_quant.fp32.onnx'));
    const model = readOnnxModel(file);
    const { default_output, cuts, unsupported, opset, input } = describeBackbone(model, importBackbone(model));
    expect({ default_output, unsupported, opset, input }).toEqual({
      default_output: 'MobilenetV2/Logits/AvgPool',
      unsupported: [],
      opset: 13,
      input: { height: 224, width: 224, channels: 3, layout: 'nchw' },
    });
    expect(cuts.find(({ output }) => output === default_output)?.shape).toEqual([null, 1280]);
    expect(cuts.length).toBe(101);
  });
});
