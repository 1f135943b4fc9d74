/** Turns a lowered graph into ONNX's graph message. */
import type { ConstantData, Graph, Node, Value } from '../graph/graph.js';
import type { DType } from '../graph/tensor-type.js';
import {
  type AttributeValue,
  DATA_TYPE,
  type GraphMessage,
  type NodeMessage,
  type TensorMessage,
  type ValueMessage,
} from './wire.js';

export interface GraphMessageOptions {
  readonly name: string;
  /** Name of the batch axis, first of every input and output, where it is left open. */
  readonly openBatch?: string;
}

/** Every node must be an ONNX operator; a lowering sees to that. */
export function toGraphMessage(graph: Graph, options: GraphMessageOptions): GraphMessage {
  const integers = new IntegerConstants();
  const nodes = graph.nodes.map((node, i) => toNode(node, i, integers, options.openBatch !== undefined));
  const outputs = [...graph.outputs].map(([name, value]) => ({ name, value }));
  const describe = (name: string, { dtype, shape }: Value): ValueMessage => ({
    name,
    dtype,
    shape: options.openBatch ? [options.openBatch, ...shape.slice(1)] : shape,
  });
  return {
    name: options.name,
    nodes: [...nodes, ...outputs.map(({ name, value }, i) => identity(name, value.name, i))],
    inputs: graph.inputs.map((input) => describe(input.name, input)),
    outputs: outputs.map(({ name, value }) => describe(name, value)),
    initializers: [...graph.constants.map(toTensor), ...integers.tensors],
  };
}

/** ONNX cannot name one value twice, so each output is an Identity; onnxruntime removes it. */
function identity(name: string, source: string, i: number): NodeMessage {
  return { name: `output#${i}`, type: 'Identity', inputs: [source], outputs: [name], attributes: {} };
}

function toNode(
  { op, inputs, outputs, attributes }: Node,
  i: number,
  integers: IntegerConstants,
  isBatchOpen: boolean,
): NodeMessage {
  if (!op.onnx) throw new Error(`${op.type} has no ONNX form; lower the graph first`);
  const given = op.onnx.constants?.(attributes) ?? [];
  const constants =
    isBatchOpen && op.type === 'Reshape' ? given.map((shape) => keepFirst(shape, inputs, outputs)) : given;
  return {
    name: `${op.type}@${i}`,
    type: op.onnx.type ?? op.type,
    inputs: [...inputs.map((input) => input.name), ...constants.map((list) => integers.add(list))],
    outputs: outputs.map((output) => output.name),
    attributes: toAttributes(attributes, { ...op.onnx.attributes }),
  };
}

/** A reshape that leaves the first axis alone keeps any batch: 0 stands for the input's own size. */
function keepFirst(shape: readonly number[], [x]: readonly Value[], [y]: readonly Value[]): readonly number[] {
  return shape.length > 0 && x.shape[0] === y.shape[0] ? [0, ...shape.slice(1)] : shape;
}

type AttributeKinds = Readonly<Record<string, 'int' | 'ints' | 'float' | 'string' | 'dtype' | undefined>>;

function toAttributes(attributes: object, kinds: AttributeKinds): Record<string, AttributeValue> {
  const values: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(attributes)) {
    const kind = kinds[name];
    if (kind) values[name] = toAttribute(name, kind, value);
  }
  return values;
}

function toAttribute(name: string, kind: string, value: unknown): AttributeValue {
  if (kind === 'dtype' && isDType(value)) return { kind: 'int', value: DATA_TYPE[value] };
  if (kind === 'int' && typeof value === 'number') return { kind, value };
  if (kind === 'float' && typeof value === 'number') return { kind, value };
  if (kind === 'string' && typeof value === 'string') return { kind, value };
  if (kind === 'ints' && Array.isArray(value)) return { kind, value };
  throw new Error(`the attribute ${name} is no ${kind}`);
}

function isDType(value: unknown): value is DType {
  return typeof value === 'string' && value in DATA_TYPE;
}

function toTensor(value: Value): TensorMessage {
  return { name: value.name, dtype: value.dtype, shape: value.shape, data: dataOf(value) };
}

function dataOf(value: Value): ConstantData {
  if (!value.constant) throw new Error(`${value.name} has no data`);
  return value.constant;
}

/** The integer lists that operators take as inputs (shapes, axes, pads); equal ones are one initializer. */
class IntegerConstants {
  readonly tensors: TensorMessage[] = [];
  private readonly names = new Map<string, string>();

  add(list: readonly number[]): string {
    const key = list.join(',');
    let name = this.names.get(key);
    if (!name) {
      name = `integers#${this.names.size}`;
      this.names.set(key, name);
      this.tensors.push({ name, dtype: 'int64', shape: [list.length], data: BigInt64Array.from(list, BigInt) });
    }
    return name;
  }
}
