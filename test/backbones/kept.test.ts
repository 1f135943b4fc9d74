// Nodes that there are no operations for are run as the file has them: what comes out is what onnxruntime computes from the file.
import { readFileSync } from 'node:fs';
import { TrainyardError } from '@trainyard/contracts';
import { describeBackbone, importBackbone, readOnnxModel } from '@trainyard/engine';
import { describe, expect, it } from 'vitest';
import { floats, integers, node, onnxFile, type SmallFile } from '../engine/onnx-files.js';
import { bothOf, expectClose } from './both-of.js';

const NETWORKS: { side: number; cases: { name: string; onnx: string; features: number[] }[] } = JSON.parse(
  readFileSync(new URL('oracles/torch-networks.json', import.meta.url), 'utf8'),
);

const SIDE = 8;
const image = [3, SIDE, SIDE];
const conv = node('Conv', ['x', 'w', 'b'], 'c', { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' });
const weights = [floats('w', [4, 3, 3, 3]), floats('b', [4])];
const MAP = [4, 4, 4];

type NodeMessage = SmallFile['nodes'][number];
type TensorMessage = SmallFile['tensors'][number];

interface Case extends Partial<SmallFile> {
  /** Operators that are kept. */
  kept: string[];
  nodes: NodeMessage[];
}

/** Behind a convolution of [4, 4, 4]; the last node gives `y`. */
function file({ input = image, nodes, tensors = [], output = MAP, opsets, values }: Case): Uint8Array {
  return onnxFile({
    ...{ input, nodes: [conv, ...nodes], tensors: [...weights, ...tensors], output },
    ...(opsets ? { opsets } : {}),
    ...(values ? { values } : {}),
  });
}

const one = (type: string, attributes = {}, tensors: TensorMessage[] = [], output: readonly number[] = MAP): Case => ({
  ...{ kept: [type], nodes: [node(type, ['c', ...tensors.map(({ name }) => name)], 'y', attributes)], tensors, output },
});
const several = (type: string, inputs: string[], outputs: string[], attributes = {}): NodeMessage => ({
  ...node(type, inputs, outputs[0], attributes),
  outputs,
});
const scalar = (name: string, value: number): TensorMessage => ({
  ...{ name, dtype: 'float32', shape: [], data: Float32Array.of(value) },
});
const list = (name: string, values: number[]): TensorMessage => ({
  ...{ name, dtype: 'float32', shape: [values.length], data: Float32Array.from(values) },
});

const CASES: Record<string, Case> = {
  'local response normalisation': one('LRN', { size: 3, alpha: { float: 0.1 }, bias: { float: 1.5 } }),
  'instance normalisation': one('InstanceNormalization', {}, [floats('s', [4], 1), floats('t', [4])]),
  'layer normalisation over channels, rows and columns': one('LayerNormalization', { axis: 1 }, [
    floats('s', MAP, 1),
    floats('t', MAP),
  ]),
  'group normalisation of opset 21': {
    ...one('GroupNormalization', { num_groups: 2 }, [floats('s', [4], 1), floats('t', [4])]),
    opsets: { '': 21 },
  },
  'a split into parts that go different ways': {
    kept: ['Split'],
    nodes: [
      several('Split', ['c', 'sizes'], ['left', 'right'], { axis: 1 }),
      node('Relu', ['left'], 'l'),
      node('Sigmoid', ['right'], 'r'),
      node('Concat', ['r', 'l'], 'y', { axis: 1 }),
    ],
    tensors: [integers('sizes', [1, 3])],
  },
  'a split of opset 11, whose sizes are an attribute': {
    kept: ['Split'],
    nodes: [
      several('Split', ['c'], ['left', 'right'], { axis: 1, split: [3, 1] }),
      node('Concat', ['right', 'left'], 'y', { axis: 1 }),
    ],
    opsets: { '': 11 },
  },
  'a split of opset 18, by the number of its outputs, and a mean in its new form': {
    kept: ['Split'],
    nodes: [
      several('Split', ['c'], ['left', 'right'], { axis: 1, num_outputs: 2 }),
      node('ReduceMean', ['right', 'axes'], 'm'),
      node('Mul', ['left', 'm'], 'y'),
    ],
    tensors: [integers('axes', [2, 3])],
    output: [2, 4, 4],
    opsets: { '': 18 },
  },
  'an image that is enlarged by factors, linearly': {
    kept: ['Resize'],
    nodes: [node('Resize', ['c', '', 'scales'], 'y', { mode: 'linear', coordinate_transformation_mode: 'half_pixel' })],
    tensors: [list('scales', [1, 1, 2, 1.5])],
    output: [4, 8, 6],
  },
  'an image that is brought to a size, with the batch out of its shape': {
    kept: ['Resize'],
    nodes: [
      node('Shape', ['c'], 'shape'),
      node('Slice', ['shape', 'zero', 'two', 'zero'], 'front'),
      node('Concat', ['front', 'sides'], 'sizes', { axis: 0 }),
      node('Resize', ['c', '', '', 'sizes'], 'y', { mode: 'cubic' }),
    ],
    tensors: [integers('zero', [0]), integers('two', [2]), integers('sides', [5, 7])],
    output: [4, 5, 7],
  },
  'an image that is enlarged, as opset 9 wrote it': {
    kept: ['Upsample'],
    nodes: [node('Upsample', ['c', 'scales'], 'y', { mode: 'nearest' })],
    tensors: [list('scales', [1, 1, 3, 2])],
    output: [4, 12, 8],
    opsets: { '': 9 },
  },
  'a softmax over channels': one('Softmax', { axis: 1 }),
  'channels that become pixels': one('DepthToSpace', { blocksize: 2 }, [], [1, 8, 8]),
  'pixels that become channels': one('SpaceToDepth', { blocksize: 2 }, [], [16, 2, 2]),
  'a border that mirrors the image': {
    ...one('Pad', { mode: 'reflect' }, [integers('pads', [0, 0, 1, 2, 0, 0, 2, 1])], [4, 7, 7]),
  },
  'a border of opset 10 that mirrors the image': {
    ...one('Pad', { mode: 'reflect', pads: [0, 0, 1, 1, 0, 0, 1, 1] }, [], [4, 6, 6]),
    opsets: { '': 10 },
  },
  'products of channels with each other': {
    kept: ['Einsum'],
    nodes: [node('Einsum', ['c', 'c'], 'p', { equation: 'nchw,ndhw->ncd' }), node('Flatten', ['p'], 'y')],
    output: [16],
  },
  'transposed convolution': one(
    'ConvTranspose',
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] },
    [floats('k', [4, 2, 3, 3]), floats('e', [2])],
    [2, 8, 8],
  ),
  'the largest values and where they are': {
    kept: ['TopK', 'Cast'],
    nodes: [
      several('TopK', ['c', 'k'], ['v', 'i'], { axis: 1 }),
      node('Cast', ['i'], 'f', { to: 1 }),
      node('Add', ['v', 'f'], 'y'),
    ],
    tensors: [integers('k', [2])],
    output: [2, 4, 4],
  },
  'a choice by a comparison': {
    kept: ['Greater', 'Where'],
    nodes: [node('Greater', ['c', 'limit'], 'g'), node('Where', ['g', 'c', 'limit'], 'y')],
    tensors: [scalar('limit', 0.1)],
  },
  'quantised values': {
    kept: ['QuantizeLinear', 'DequantizeLinear'],
    nodes: [node('QuantizeLinear', ['c', 'step', 'zero'], 'q'), node('DequantizeLinear', ['q', 'step', 'zero'], 'y')],
    tensors: [scalar('step', 0.02), { name: 'zero', dtype: 'int8', shape: [], data: Uint8Array.of(253) }],
  },
  'numbers of half precision': {
    kept: ['Cast', 'Mul'],
    nodes: [node('Cast', ['c'], 'h', { to: 10 }), node('Mul', ['h', 'k'], 'm'), node('Cast', ['m'], 'y', { to: 1 })],
    // 1, -2, 0.5 and 3.
    tensors: [
      { name: 'k', dtype: 'float16', shape: [4, 1, 1], data: Uint8Array.from([0, 0x3c, 0, 0xc0, 0, 0x38, 0, 0x42]) },
    ],
  },
  'a convolution with quantised weights': {
    kept: ['DequantizeLinear', 'Conv'],
    nodes: [
      node('DequantizeLinear', ['k', 'step', 'zero'], 'w2', { axis: 0 }),
      node('Conv', ['c', 'w2'], 'y', { kernel_shape: [1, 1] }),
    ],
    tensors: [
      { name: 'k', dtype: 'int8', shape: [2, 4, 1, 1], data: Uint8Array.from([3, 250, 120, 0, 131, 7, 9, 255]) },
      list('step', [0.01, 0.02]),
      { name: 'zero', dtype: 'int8', shape: [2], data: Uint8Array.of(0, 0) },
    ],
    output: [2, 4, 4],
  },
  "an operator of onnxruntime's own": {
    ...one('Gelu'),
    kept: ['com.microsoft.Gelu'],
    opsets: { '': 17, 'com.microsoft': 1 },
  },
  'channels that are mixed by a shuffle, and picked': {
    kept: ['Gather'],
    nodes: [
      node('Reshape', ['c', 'apart'], 'a'),
      node('Transpose', ['a'], 't', { perm: [0, 2, 1, 3, 4] }),
      node('Reshape', ['t', 'together'], 'r'),
      node('Gather', ['r', 'order'], 'y', { axis: 1 }),
    ],
    tensors: [integers('apart', [0, 2, 2, 4, 4]), integers('together', [-1, 4, 4, 4]), integers('order', [3, 0, 1])],
    output: [3, 4, 4],
  },
  'windows that are folded into the batch and out of it': {
    kept: ['Reshape', 'Softmax'],
    nodes: [
      node('Reshape', ['c', 'apart'], 'a'),
      node('Transpose', ['a'], 't', { perm: [0, 2, 4, 1, 3, 5] }),
      node('Reshape', ['t', 'windows'], 'w1'),
      node('Softmax', ['w1'], 's', { axis: -1 }),
      node('Reshape', ['s', 'back'], 'r'),
      node('Flatten', ['r'], 'y'),
    ],
    tensors: [integers('apart', [-1, 4, 2, 2, 2, 2]), integers('windows', [-1, 4, 4]), integers('back', [-1, 4, 16])],
    output: [64],
  },
};
CASES["an operator of onnxruntime's own"].nodes[0] = {
  ...CASES["an operator of onnxruntime's own"].nodes[0],
  domain: 'com.microsoft',
};

/** An LRN with one more attribute, the bytes of an AttributeProto. */
function withAttribute(bytes: Uint8Array): NodeMessage {
  return { ...node('LRN', ['c'], 'odd', { size: 3 }), attributeBytes: [bytes] };
}

describe('nodes that are kept as the file has them', () => {
  it.each(Object.entries(CASES))('%s', async (_, small) => {
    const bytes = file(small);
    const model = readOnnxModel(bytes);
    const { kept, unsupported } = describeBackbone(model, importBackbone(model));
    expect(unsupported).toEqual([]);
    expect([...new Set(kept.map(({ operator }) => operator))]).toEqual(small.kept);
    const [theirs, ours] = await bothOf(bytes, SIDE, 'y');
    expectClose(ours, theirs, 1e-5);
  });

  it.each(NETWORKS.cases)('are those of $name, as PyTorch exports it', async ({ onnx, features }) => {
    const bytes = new Uint8Array(Buffer.from(onnx, 'base64'));
    const imported = importBackbone(readOnnxModel(bytes));
    expect(imported.unsupported).toEqual([]);
    expect(imported.kept.length).toBeGreaterThan(3);
    const [theirs, ours] = await bothOf(bytes, NETWORKS.side, 'features');
    expectClose(ours, theirs, 1e-5);
    expectClose(ours, Float32Array.from(features), 2e-5);
  });

  it('take images of another size where a rule tells their shapes, and only those of the file where the file does', async () => {
    const open = { ...CASES['an image that is enlarged by factors, linearly'], input: [3, 'h', 'w'] };
    const [theirs, ours] = await bothOf(file(open), 12, 'y');
    expect(ours.length).toBe(2 * 4 * 12 * 9);
    expectClose(ours, theirs, 1e-5);
    const told = { ...one('Det', {}, [], [4]), values: [{ name: 'y', dtype: 'float32' as const, shape: ['n', 4] }] };
    const [found, expected] = await bothOf(file(told), SIDE, 'y');
    expectClose(expected, found, 1e-5);
    await expect(bothOf(file(told), 12, 'y')).rejects.toThrow(
      "what it gets from images of the file's own size, [4, 4, 4]",
    );
  });

  it.each<[string, NodeMessage, TensorMessage[], string]>([
    ['shapes that nobody tells', node('Det', ['c'], 'odd'), [], 'onnx.shape_inference.infer_shapes'],
    ['reducing the batch', node('ReduceL2', ['c'], 'odd', { axes: [0] }), [], 'it mixes the images of a batch'],
    ['normalising over it', node('MeanVarianceNormalization', ['c'], 'odd'), [], 'it mixes the images of a batch'],
    [
      'moving images into each other',
      node('Reshape', ['c', 's'], 'odd'),
      [integers('s', [16, -1])],
      'it mixes the images',
    ],
    ['drawing numbers', node('RandomNormalLike', ['c'], 'odd'), [], 'none that works image by image'],
    ['a size that an image decides', node('Expand', ['b', 'c'], 'odd'), [], 'decides a shape'],
    ['a graph of their own', withAttribute(Buffer.from([10, 1, 103, 0x32, 0, 0xa0, 1, 5])), [], 'a graph of its own'],
    // A TensorProto whose data_location is EXTERNAL.
    [
      'data of another file',
      withAttribute(Buffer.from([10, 1, 116, 0x2a, 4, 16, 1, 112, 1, 0xa0, 1, 4])),
      [],
      'no plain value',
    ],
    ['names that nobody has', node('Fold', ['c'], 'odd'), [], 'onnxruntime has no such operator'],
    ['a domain of their own', { ...node('Relu', ['c'], 'odd'), domain: 'pkg.own' }, [], 'of the domain "pkg.own"'],
  ])('are refused for %s', (_, odd, tensors, reason) => {
    const nodes = [odd, node('Relu', ['odd'], 'y')];
    const { unsupported } = importBackbone(readOnnxModel(file({ kept: [], nodes, tensors })));
    expect(unsupported).toMatchObject([{ node: 'odd', reason: expect.stringContaining(reason) }]);
  });

  it('are refused in opsets that onnxruntime does not have, and where an old form means something else', () => {
    const reasonOf = (opset: number) =>
      importBackbone(readOnnxModel(file({ ...one('Softmax', { axis: 1 }), opsets: { '': opset } }))).unsupported[0]
        ?.reason;
    expect(reasonOf(27)).toContain('expected opset 26 at most');
    expect(reasonOf(12)).toContain('means something else since opset 13');
    expect(reasonOf(13)).toBeUndefined();
  });

  it('are read or refused with any changed byte, and never break the import', () => {
    const split = CASES['a split into parts that go different ways'];
    const resize = CASES['an image that is brought to a size, with the batch out of its shape'];
    for (const whole of [file(split), file(resize)]) {
      const found = new Set<string>();
      // The nodes are at the front of the file.
      for (let at = 0; at < 400; at += 2) {
        for (const value of [0, 2, 0xff]) {
          const changed = whole.slice();
          changed[at] = value;
          found.add(outcome(changed));
        }
      }
      expect([...found].sort()).toEqual(['invalid_backbone', 'read']);
    }
  });
});

function outcome(bytes: Uint8Array): string {
  try {
    const model = readOnnxModel(bytes);
    describeBackbone(model, importBackbone(model));
    return 'read';
  } catch (error) {
    return error instanceof TrainyardError ? error.code : `threw ${String(error)}`;
  }
}
