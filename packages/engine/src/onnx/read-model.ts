/**
 * Reads ONNX model files that others wrote. Field numbers are those of onnx.proto3. Only what a backbone needs is read;
 * weights stay where they are in the file.
 */
import type { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { invalidOnnx, readFields, takeBytes, takeFloat, takeInteger, takeIntegers, takeText } from './read-fields.js';
import { type OnnxTensor, readTensor } from './read-tensor.js';

export type OnnxAttribute =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'numbers'; readonly value: readonly number[] }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  /** One or several. */
  | { readonly kind: 'graph' }
  | { readonly kind: 'texts' }
  /** Sparse tensors, types and the like. */
  | { readonly kind: 'other' };

export interface OnnxNode {
  readonly type: string;
  /** Empty for ONNX' own operators. */
  readonly domain: string;
  readonly name: string;
  /** An empty name stands for an input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
  /** The bytes of each AttributeProto, as the file has them. */
  readonly attributeBytes: readonly Uint8Array[];
}

/** A value's declared type; a side is null where it is open, `shape` where nothing is said. */
export interface OnnxValue {
  readonly name: string;
  /** TensorProto.DataType; 0 where it is no tensor. */
  readonly dataType: number;
  readonly shape: readonly (number | null)[] | null;
}

export interface OnnxModel {
  /** Version of ONNX' own operators. */
  readonly opset: number;
  /** Versions of all sets of operators that the file names, by domain. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly producer: string;
  readonly nodes: readonly OnnxNode[];
  /** Without those that are initializers too, as old files list them. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** Types that the file tells of values between its nodes, and of its outputs. */
  readonly values: ReadonlyMap<string, OnnxValue>;
}

type FileGraph = Omit<OnnxModel, 'opset' | 'opsets' | 'producer'>;

const MAX_NODES = 5_000;
/** AttributeProto.AttributeType. */
const KIND = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7, strings: 8, graphs: 10 } as const;

/** @throws TrainyardError `invalid_backbone` for bytes that are no ONNX model, or one without operators or input */
export function readOnnxModel(bytes: Uint8Array): OnnxModel {
  const opsets = new Map<string, number>();
  let graph: FileGraph | null = null;
  let producer = '';
  readFields('ModelProto', bytes, {
    2: (reader, wire) => {
      producer = takeText(reader, wire).slice(0, 100);
    },
    7: (reader, wire) => {
      graph = readGraph(takeBytes(reader, wire));
    },
    8: (reader, wire) => {
      const { domain, version } = readOpset(takeBytes(reader, wire));
      opsets.set(domain, version);
    },
  });
  const found: FileGraph | null = graph;
  if (found === null)
    throw invalidOnnx('Expected an ONNX model (ModelProto) with a graph; received a file without one.');
  return { ...(found as FileGraph), opset: opsets.get('') ?? 1, opsets, producer };
}

function readOpset(bytes: Uint8Array): { domain: string; version: number } {
  const opset = { domain: '', version: 1 };
  readFields('OperatorSetIdProto', bytes, {
    1: (reader, wire) => {
      opset.domain = ownDomain(takeText(reader, wire));
    },
    2: (reader, wire) => {
      opset.version = takeInteger(reader, wire);
    },
  });
  return opset;
}

function readGraph(bytes: Uint8Array): FileGraph {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const values = new Map<string, OnnxValue>();
  readFields('GraphProto', bytes, {
    1: (reader, wire) => {
      if (nodes.length === MAX_NODES) throw invalidOnnx(`Expected at most ${MAX_NODES} nodes; received more.`);
      nodes.push(readNode(takeBytes(reader, wire)));
    },
    5: (reader, wire) => {
      const tensor = readTensor(takeBytes(reader, wire));
      initializers.set(tensor.name, tensor);
    },
    11: (reader, wire) => {
      inputs.push(readValue(takeBytes(reader, wire)));
    },
    12: (reader, wire) => {
      const output = readValue(takeBytes(reader, wire));
      outputs.push(output);
      values.set(output.name, output);
    },
    13: (reader, wire) => {
      const value = readValue(takeBytes(reader, wire));
      values.set(value.name, value);
    },
  });
  return { nodes, initializers, outputs, values, inputs: inputs.filter(({ name }) => !initializers.has(name)) };
}

function readNode(bytes: Uint8Array): OnnxNode {
  const node = { type: '', domain: '', name: '' };
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributeBytes: Uint8Array[] = [];
  const text = (key: keyof typeof node) => (reader: BinaryReader, wire: WireType) => {
    node[key] = takeText(reader, wire);
  };
  readFields('NodeProto', bytes, {
    1: (reader, wire) => {
      inputs.push(takeText(reader, wire));
    },
    2: (reader, wire) => {
      outputs.push(takeText(reader, wire));
    },
    3: text('name'),
    4: text('type'),
    5: (reader, wire) => {
      attributeBytes.push(takeBytes(reader, wire));
    },
    7: text('domain'),
  });
  return {
    ...node,
    domain: ownDomain(node.domain),
    inputs,
    outputs,
    attributes: readAttributes(attributeBytes),
    attributeBytes,
  };
}

/** By name, of the bytes of each AttributeProto. */
export function readAttributes(list: readonly Uint8Array[]): Map<string, OnnxAttribute> {
  return new Map(
    list.map((bytes) => {
      const { name, attribute } = readAttribute(bytes);
      return [name, attribute];
    }),
  );
}

function readAttribute(bytes: Uint8Array): { name: string; attribute: OnnxAttribute } {
  let name = '';
  let type = 0;
  let number = 0;
  let text = '';
  let tensor: OnnxTensor | null = null;
  const numbers: number[] = [];
  readFields('AttributeProto', bytes, {
    1: (reader, wire) => {
      name = takeText(reader, wire);
    },
    2: (reader, wire) => {
      number = takeFloat(reader, wire);
    },
    3: (reader, wire) => {
      number = takeInteger(reader, wire);
    },
    4: (reader, wire) => {
      text = takeText(reader, wire);
    },
    5: (reader, wire) => {
      tensor = readTensor(takeBytes(reader, wire));
    },
    7: (reader, wire) => takeFloats(reader, wire, numbers),
    8: (reader, wire) => takeIntegers(reader, wire, numbers),
    20: (reader, wire) => {
      type = takeInteger(reader, wire);
    },
  });
  return { name, attribute: attributeOf(type, { number, numbers, text, tensor }) };
}

function attributeOf(
  type: number,
  found: { number: number; numbers: readonly number[]; text: string; tensor: OnnxTensor | null },
): OnnxAttribute {
  if (type === KIND.float || type === KIND.int) return { kind: 'number', value: found.number };
  if (type === KIND.floats || type === KIND.ints) return { kind: 'numbers', value: found.numbers };
  if (type === KIND.string) return { kind: 'text', value: found.text };
  if (type === KIND.tensor && found.tensor) return { kind: 'tensor', value: found.tensor };
  if (type === KIND.strings) return { kind: 'texts' };
  if (type === KIND.graph || type === KIND.graphs) return { kind: 'graph' };
  return { kind: 'other' };
}

function takeFloats(reader: BinaryReader, wire: WireType, list: number[]): void {
  const LENGTH_DELIMITED = 2;
  if (wire !== LENGTH_DELIMITED) {
    list.push(takeFloat(reader, wire));
    return;
  }
  const packed = reader.bytes();
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  for (let at = 0; at + 4 <= packed.byteLength; at += 4) list.push(view.getFloat32(at, true));
}

function readValue(bytes: Uint8Array): OnnxValue {
  let name = '';
  let type: Omit<OnnxValue, 'name'> = { dataType: 0, shape: null };
  readFields('ValueInfoProto', bytes, {
    1: (reader, wire) => {
      name = takeText(reader, wire);
    },
    2: (reader, wire) => {
      type = readType(takeBytes(reader, wire));
    },
  });
  return { name, ...type };
}

function readType(bytes: Uint8Array): Omit<OnnxValue, 'name'> {
  let dataType = 0;
  let shape: (number | null)[] | null = null;
  readFields('TypeProto', bytes, {
    1: (reader, wire) =>
      readFields('TypeProto.Tensor', takeBytes(reader, wire), {
        1: (inner, innerWire) => {
          dataType = takeInteger(inner, innerWire);
        },
        2: (inner, innerWire) => {
          shape = readShape(takeBytes(inner, innerWire));
        },
      }),
  });
  return { dataType, shape };
}

function readShape(bytes: Uint8Array): (number | null)[] {
  const shape: (number | null)[] = [];
  readFields('TensorShapeProto', bytes, {
    1: (reader, wire) => {
      let side: number | null = null;
      readFields('Dimension', takeBytes(reader, wire), {
        1: (inner, innerWire) => {
          side = takeInteger(inner, innerWire);
        },
      });
      shape.push(side);
    },
  });
  return shape;
}

/** ONNX' own operators have an empty domain, or its long name. */
function ownDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}
