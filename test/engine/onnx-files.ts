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
} from '../../packages/engine/src/onnx/wire.js';

export interface SmallFile {
  /** Without the batch. */
  readonly input: readonly number[];
  readonly nodes: readonly NodeMessage[];
  readonly tensors: readonly TensorMessage[];
  /** Without the batch; of the last node's first output. */
  readonly output: readonly number[];
  /** Versions of operators by their domains; ONNX' own in the compiler's version where left out. */
  readonly opsets?: Readonly<Record<string, number>>;
}

/** The input is called `x`, and the last node's output is the file's. */
export function onnxFile({ input, nodes, tensors, output, opsets = { '': 17 } }: SmallFile): Uint8Array<ArrayBuffer> {
  const value = (name: string, shape: readonly number[]) => ({
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

export function digestOf(file: Uint8Array): string {
  return `sha256:${createHash('sha256').update(file).digest('hex')}`;
}

/** The description of a file up to a value, by default where a layer without `output` cuts. */
export function graphOf(file: Uint8Array, output?: string): BackboneGraph {
  const model = readOnnxModel(file);
  const imported = importBackbone(model);
  const at = output ?? describeBackbone(model, imported).default_output ?? '';
  const graph = cutStored(toStoredBackbone(imported, cutsOf(imported)), at, digestOf(file));
  if (!graph) throw new Error(`the file cannot be cut at "${at}"`);
  return graph;
}
