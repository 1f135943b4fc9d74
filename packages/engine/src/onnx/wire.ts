/**
 * ONNX's protobuf messages, as far as the compiler writes them. Field numbers are those of onnx.proto3; the wire format
 * itself is written by @bufbuild/protobuf. This folder is the only place that knows protobuf.
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { ConstantData } from '../graph/graph.js';
import type { DType, Shape } from '../graph/tensor-type.js';

/** TensorProto.DataType. */
export const DATA_TYPE: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
};

export type AttributeValue =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'ints' | 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'graph'; readonly value: GraphMessage };

export interface NodeMessage {
  readonly name: string;
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** ONNX' own operators where it is left out. */
  readonly domain?: string;
  /** More attributes, each the bytes of an AttributeProto that another file had. */
  readonly attributeBytes?: readonly Uint8Array[];
}

/** A named tensor type; a string in `shape` is an open dimension of that name. */
export interface ValueMessage {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly (number | string)[];
}

export interface TensorMessage {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: ConstantData;
}

export interface GraphMessage {
  readonly name: string;
  readonly nodes: readonly NodeMessage[];
  readonly inputs: readonly ValueMessage[];
  readonly outputs: readonly ValueMessage[];
  readonly initializers: readonly TensorMessage[];
  /** Types of values between the nodes; readers find them out where they are left out. */
  readonly values?: readonly ValueMessage[];
}

export interface ModelMessage {
  readonly graph: GraphMessage;
  readonly producer: { readonly name: string; readonly version: string };
  readonly metadata: Readonly<Record<string, string>>;
  /** Versions of the sets of operators, by domain; ONNX' own, in the version that the compiler writes, where left out. */
  readonly opsets?: Opsets;
}

export type Opsets = Readonly<Record<string, number>>;

const IR_VERSION = 8;
/** What operations are written in where nothing needs a newer one. */
export const OPSET = 17;

/** AttributeProto.AttributeType. */
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, graph: 5, floats: 6, ints: 7 } as const;

type Write<T> = (writer: BinaryWriter, message: T) => void;

/** The bytes of a ModelProto. */
export function encodeModel(model: ModelMessage): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  int(writer, 1, IR_VERSION);
  text(writer, 2, model.producer.name);
  text(writer, 3, model.producer.version);
  nested(writer, 7, writeGraph, model.graph);
  for (const opset of Object.entries(model.opsets ?? { '': OPSET })) nested(writer, 8, writeOpset, opset);
  for (const entry of Object.entries(model.metadata)) nested(writer, 14, writeMetadata, entry);
  return new Uint8Array(writer.finish());
}

const writeOpset: Write<[string, number]> = (writer, [domain, version]) => {
  text(writer, 1, domain);
  int(writer, 2, version);
};

const writeMetadata: Write<[string, string]> = (writer, [key, value]) => {
  text(writer, 1, key);
  text(writer, 2, value);
};

const writeGraph: Write<GraphMessage> = (writer, graph) => {
  for (const node of graph.nodes) nested(writer, 1, writeNode, node);
  text(writer, 2, graph.name);
  for (const tensor of graph.initializers) nested(writer, 5, writeTensor, tensor);
  for (const input of graph.inputs) nested(writer, 11, writeValue, input);
  for (const output of graph.outputs) nested(writer, 12, writeValue, output);
  for (const value of graph.values ?? []) nested(writer, 13, writeValue, value);
};

const writeNode: Write<NodeMessage> = (writer, node) => {
  for (const input of node.inputs) text(writer, 1, input);
  for (const output of node.outputs) text(writer, 2, output);
  text(writer, 3, node.name);
  text(writer, 4, node.type);
  for (const entry of Object.entries(node.attributes)) nested(writer, 5, writeAttribute, entry);
  for (const bytes of node.attributeBytes ?? []) writer.tag(5, WireType.LengthDelimited).bytes(bytes);
  if (node.domain) text(writer, 7, node.domain);
};

const writeAttribute: Write<[string, AttributeValue]> = (writer, [name, attribute]) => {
  text(writer, 1, name);
  int(writer, 20, ATTRIBUTE_TYPE[attribute.kind]);
  switch (attribute.kind) {
    case 'float':
      writer.tag(2, WireType.Bit32).float(attribute.value);
      break;
    case 'int':
      int(writer, 3, attribute.value);
      break;
    case 'string':
      text(writer, 4, attribute.value);
      break;
    case 'graph':
      nested(writer, 6, writeGraph, attribute.value);
      break;
    case 'floats':
      for (const value of attribute.value) writer.tag(7, WireType.Bit32).float(value);
      break;
    case 'ints':
      for (const value of attribute.value) int(writer, 8, value);
      break;
  }
};

/** The bytes of an AttributeProto. */
export function encodeAttribute(name: string, value: AttributeValue): Uint8Array {
  const writer = new BinaryWriter();
  writeAttribute(writer, [name, value]);
  return writer.finish();
}

const writeTensor: Write<TensorMessage> = (writer, tensor) => {
  for (const side of tensor.shape) int(writer, 1, side);
  int(writer, 2, DATA_TYPE[tensor.dtype]);
  text(writer, 8, tensor.name);
  const { buffer, byteOffset, byteLength } = tensor.data;
  writer.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(buffer, byteOffset, byteLength));
};

const writeValue: Write<ValueMessage> = (writer, value) => {
  text(writer, 1, value.name);
  nested(writer, 2, writeType, value);
};

const writeType: Write<ValueMessage> = (writer, value) => nested(writer, 1, writeTensorType, value);

const writeTensorType: Write<ValueMessage> = (writer, { dtype, shape }) => {
  int(writer, 1, DATA_TYPE[dtype]);
  nested(writer, 2, writeShape, shape);
};

const writeShape: Write<readonly (number | string)[]> = (writer, shape) => {
  for (const side of shape) nested(writer, 1, writeDimension, side);
};

const writeDimension: Write<number | string> = (writer, side) => {
  if (typeof side === 'number') int(writer, 1, side);
  else text(writer, 2, side);
};

function nested<T>(writer: BinaryWriter, field: number, write: Write<T>, message: T): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer, message);
  writer.join();
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function int(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}
