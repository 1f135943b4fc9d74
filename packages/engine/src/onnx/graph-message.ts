/** Turns a lowered graph into ONNX's graph message. */

import { TrainyardError } from '@trainyard/contracts';
import type { ConstantData, Graph, KeptForm, Node, OnnxForm, Value } from '../graph/graph.js';
import { isDType } from './data-type.js';
import {
  type AttributeValue,
  DATA_TYPE,
  type GraphMessage,
  type NodeMessage,
  OPSET,
  type Opsets,
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
  const opset = opsetsOf(graph)[''];
  const names = namesOfResults(graph);
  const scope = { integers, opset, isBatchOpen: options.openBatch !== undefined, names };
  const nodes = graph.nodes.map((node, i) => toNode(node, i, scope));
  const outputs = [...graph.outputs].map(([name, value]) => ({ name, value }));
  const copies = outputs.filter(({ name, value }) => names.get(value) !== name);
  const describe = (name: string, { dtype, shape }: Value): ValueMessage => ({
    name,
    dtype,
    shape: options.openBatch ? [options.openBatch, ...shape.slice(1)] : shape,
  });
  return {
    name: options.name,
    nodes: [...nodes, ...copies.map(({ name, value }, i) => identity(name, names.get(value) ?? value.name, i))],
    inputs: graph.inputs.map((input) => describe(input.name, input)),
    outputs: outputs.map(({ name, value }) => describe(name, value)),
    initializers: [...graph.constants.map(toTensor), ...integers.tensors],
  };
}

/**
 * A node's result is named as the output that it is: onnxruntime copies what an Identity passes on, where other nodes take it
 * too.
 */
function namesOfResults({ nodes, outputs }: Graph): Map<Value, string> {
  const results = new Set(nodes.flatMap((node) => node.outputs));
  const names = new Map<Value, string>();
  for (const [name, value] of outputs) if (results.has(value) && !names.has(value)) names.set(value, name);
  return names;
}

/** ONNX cannot name one value twice, and inputs and constants have names: what is an output as well is copied. */
function identity(name: string, source: string, i: number): NodeMessage {
  return { name: `output#${i}`, type: 'Identity', inputs: [source], outputs: [name], attributes: {} };
}

/**
 * The versions of operators that a graph is written with: the compiler's own, or a newer one that a node of another file needs.
 *
 * @throws TrainyardError `invalid_backbone` where nodes of two files need two versions that differ in what they mean
 */
export function opsetsOf({ nodes }: Graph): Opsets & { readonly '': number } {
  const opsets: Record<string, number> & { '': number } = { '': OPSET };
  for (const { op } of nodes) if (op.onnx?.domain) opsets[op.onnx.domain] = 1;
  const kept = nodes.flatMap(keptFormOf);
  for (const { domain, version } of kept) opsets[domain] = Math.max(opsets[domain] ?? 1, version);
  for (const { type, domain, version } of kept) {
    const changed = domain === '' ? CHANGED[type] : undefined;
    if (changed === undefined || version >= changed || opsets[''] < changed) continue;
    throw new TrainyardError(
      'invalid_backbone',
      `Two backbones of one model need two versions of ${type}, those of opset ${version} and ${opsets['']}. Export both with one.`,
    );
  }
  return opsets;
}

/** Operators that mean something else since an opset above the compiler's own, from ONNX' changelog. */
const CHANGED: Readonly<Record<string, number>> = {
  DFT: 20,
  GridSample: 20,
  GroupNormalization: 21,
  ReduceL1: 18,
  ReduceL2: 18,
  ReduceLogSum: 18,
  ReduceLogSumExp: 18,
  ReduceMax: 18,
  ReduceMean: 18,
  ReduceMin: 18,
  ReduceProd: 18,
  ReduceSumSquare: 18,
  Split: 18,
};

function keptFormOf({ op, attributes }: Node): KeptForm[] {
  const form = op.onnx?.kept?.(attributes);
  return form ? [form] : [];
}

interface NodeScope {
  readonly integers: IntegerConstants;
  readonly opset: number;
  readonly isBatchOpen: boolean;
  /** Of values that are not called by their own. */
  readonly names: ReadonlyMap<Value, string>;
}

function toNode(node: Node, i: number, { integers, opset, isBatchOpen, names }: NodeScope): NodeMessage {
  const { op, inputs, outputs, attributes } = node;
  if (!op.onnx) throw new Error(`${op.type} has no ONNX form; lower the graph first`);
  const [kept] = keptFormOf(node);
  if (kept) return toKeptNode(node, i, { kept, names });
  const form = formOf(op.onnx, opset);
  const given = form.constants?.(attributes) ?? [];
  const constants =
    isBatchOpen && op.type === 'Reshape' ? given.map((shape) => keepFirst(shape, inputs, outputs)) : given;
  return {
    name: `${op.type}@${i}`,
    type: form.type ?? op.type,
    ...(form.domain ? { domain: form.domain } : {}),
    inputs: [
      ...namesIn(form.slots?.(attributes) ?? null, inputs, names),
      ...constants.map((list) => integers.add(list)),
    ],
    outputs: outputs.map((output) => nameOf(output, names)),
    attributes: toAttributes(attributes, { ...form.attributes }),
  };
}

/** Of the inputs in the places that the operator has; empty for one that is left out. */
function namesIn(
  slots: readonly (number | null)[] | null,
  inputs: readonly Value[],
  names: ReadonlyMap<Value, string>,
): string[] {
  if (slots === null) return inputs.map((input) => nameOf(input, names));
  return slots.map((place) => (place === null ? '' : nameOf(inputs[place], names)));
}

function nameOf(value: Value, names: ReadonlyMap<Value, string>): string {
  return names.get(value) ?? value.name;
}

function formOf(form: OnnxForm<object>, opset: number): OnnxForm<object> {
  return form.newer && opset >= form.newer.from ? form.newer.form : form;
}

function toKeptNode(
  { inputs, outputs }: Node,
  i: number,
  of: { kept: KeptForm; names: ReadonlyMap<Value, string> },
): NodeMessage {
  const { type, domain, attributeBytes, slots } = of.kept;
  return {
    name: `${type}@${i}`,
    type,
    domain,
    inputs: namesIn(slots, inputs, of.names),
    outputs: outputs.map((output) => nameOf(output, of.names)),
    attributes: {},
    attributeBytes,
  };
}

/** A reshape that leaves the first axis alone keeps any batch: 0 stands for the input's own size. */
function keepFirst(shape: readonly number[], [x]: readonly Value[], [y]: readonly Value[]): readonly number[] {
  return shape.length > 0 && x.shape[0] === y.shape[0] ? [0, ...shape.slice(1)] : shape;
}

type AttributeKinds = Readonly<Record<string, 'int' | 'ints' | 'float' | 'floats' | 'string' | 'dtype' | undefined>>;

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
  if ((kind === 'ints' || kind === 'floats') && Array.isArray(value)) return { kind, value };
  throw new Error(`the attribute ${name} is no ${kind}`);
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
