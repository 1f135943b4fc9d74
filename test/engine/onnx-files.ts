// Small ONNX files, written with the compiler's own writer, as the files of others are read.
import { createHash } from 'node:crypto';
import {
  type BackboneGraph,
  cutStored,
  cutsOf,
  describeBackbone,
  importBackbone,
  readOnnxModel,
  toStoredBackbone,
} from '@trainyard/engine';
import {
  type AttributeValue,
  encodeModel,
  type NodeMessage,
  type TensorMessage,
  type ValueMessage,
} from '../../packages/engine/src/onnx/wire.js';

export interface SmallFile {
  /** Without the batch; a name stands for a side that is open. */
  readonly input: readonly (number | string)[];
  readonly nodes: readonly NodeMessage[];
  readonly tensors: readonly TensorMessage[];
  /** Without the batch; of the last node's first output. */
  readonly output: readonly number[];
  /** Versions of operators by their domains; ONNX' own in the compiler's version where left out. */
  readonly opsets?: Readonly<Record<string, number>>;
  /** Types that the file tells of values within. */
  readonly values?: readonly ValueMessage[];
}

/** The input is called `x`, and the last node's output is the file's. */
export function onnxFile({
  input,
  nodes,
  tensors,
  output,
  opsets = { '': 17 },
  values = [],
}: SmallFile): Uint8Array<ArrayBuffer> {
  const value = (name: string, shape: SmallFile['input']) => ({
    name,
    dtype: 'float32' as const,
    shape: ['n', ...shape],
  });
  const graph = {
    name: 'small',
    nodes,
    inputs: [value('x', input)],
    outputs: [value(nodes[nodes.length - 1].outputs[0], output)],
    initializers: tensors,
    values,
  };
  return encodeModel({ graph, producer: { name: 'test', version: '1' }, metadata: {}, opsets });
}

export function node(
  type: string,
  inputs: readonly string[],
  output: string,
  attributes: Record<string, number | readonly number[] | string | { float: number }> = {},
): NodeMessage {
  const values = Object.entries(attributes).map(([name, value]) => [name, attributeOf(value)] as const);
  return { name: output, type, inputs, outputs: [output], attributes: Object.fromEntries(values) };
}

function attributeOf(value: number | readonly number[] | string | { float: number }): AttributeValue {
  if (typeof value === 'number') return { kind: 'int', value };
  if (typeof value === 'string') return { kind: 'string', value };
  return 'float' in value ? { kind: 'float', value: value.float } : { kind: 'ints', value };
}

/** Numbers between -0.5 and 0.5 that are the same in each run. */
export function floats(name: string, shape: readonly number[], add = 0): TensorMessage {
  const count = shape.reduce((product, side) => product * side, 1);
  const data = Float32Array.from({ length: count }, (_, i) => add + (((i + name.length) * 7919) % 101) / 101 - 0.5);
  return { name, dtype: 'float32', shape, data };
}

export function integers(name: string, values: readonly number[]): TensorMessage {
  return { name, dtype: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}

/** A classifier of 8×8 images of three channels: convolution, batch norm, relu, pool, then a dense end. */
export const CLASSIFIER: SmallFile = {
  input: [3, 8, 8],
  nodes: [
    node('Conv', ['x', 'w1', 'b1'], 'c1', { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
    node('BatchNormalization', ['c1', 'scale', 'shift', 'mean', 'variance'], 'n1'),
    node('Relu', ['n1'], 'r1'),
    node('GlobalAveragePool', ['r1'], 'pool'),
    node('Flatten', ['pool'], 'features'),
    node('Gemm', ['features', 'w2', 'b2'], 'logits', { transB: 1 }),
    node('Softmax', ['logits'], 'probabilities'),
  ],
  tensors: [
    floats('w1', [6, 3, 3, 3]),
    floats('b1', [6]),
    floats('scale', [6], 1),
    floats('shift', [6]),
    floats('mean', [6]),
    floats('variance', [6], 1),
    floats('w2', [4, 6]),
    floats('b2', [4]),
  ],
  output: [4],
};

/** With a node in its middle that there are no operations for, `lrn`, and a convolution behind it. */
export const KEPT_INSIDE: SmallFile = {
  input: [3, 8, 8],
  nodes: [
    node('Conv', ['x', 'w1', 'b1'], 'c1', { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
    node('Relu', ['c1'], 'r1'),
    node('LRN', ['r1'], 'lrn', { size: 3, alpha: { float: 0.1 } }),
    node('Conv', ['lrn', 'w2', 'b2'], 'c2', { kernel_shape: [3, 3] }),
    node('Relu', ['c2'], 'r2'),
    node('GlobalAveragePool', ['r2'], 'pool'),
    node('Flatten', ['pool'], 'features'),
  ],
  tensors: [floats('w1', [6, 3, 3, 3]), floats('b1', [6]), floats('w2', [8, 6, 3, 3]), floats('b2', [8])],
  output: [8],
};

export function digestOf(file: Uint8Array): string {
  return `sha256:${createHash('sha256').update(file).digest('hex')}`;
}

/** The description of a file from its image, or from a value, up to another: by default where a layer without `output` cuts. */
export function graphOf(file: Uint8Array, output?: string, from?: string): BackboneGraph {
  const model = readOnnxModel(file);
  const imported = importBackbone(model);
  const at = output ?? describeBackbone(model, imported).default_output ?? '';
  const graph = cutStored(toStoredBackbone(imported, cutsOf(imported)), { output: at, from }, digestOf(file));
  if (typeof graph === 'string') throw new Error(`the file cannot be cut at "${at}": ${graph}`);
  return graph;
}
