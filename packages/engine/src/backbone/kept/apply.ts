/** Adds a kept node to a graph: its fixed numbers as constants, its shapes by a rule or as the file tells them. */
import type { Graph, Value } from '../../graph/graph.js';
import { type DType, describeShape, ShapeError, sameShape, sizeOf, type TensorType } from '../../graph/tensor-type.js';
import { readAttributes } from '../../onnx/read-model.js';
import { cast } from '../../ops/cast.js';
import { concat } from '../../ops/concat.js';
import { reshape } from '../../ops/reshape.js';
import { BATCH } from '../node-reader.js';
import { UnsupportedNode } from '../operator.js';
import { bytesOfBase64 } from './base64.js';
import { KeptCall, type KeptInput } from './call.js';
import type { FixedTensor, KeptNode, Slot } from './node.js';
import { type KeptAttributes, keptOp } from './op.js';
import { shapeRule } from './rules/index.js';

export interface KeptPlace {
  /** The images that the backbone got: its first axis is their number. */
  readonly images: Value;
  /** Whether that number is no other side. */
  readonly isTraced: boolean;
}

/**
 * @param inputs those that are computed or weights, in the order of the node's `inputs`
 * @returns one value for each output
 * @throws UnsupportedNode and ShapeError where its inputs do not fit
 */
export function applyKept(
  type: string,
  node: KeptNode,
  inputs: readonly Value[],
  { images, isTraced }: KeptPlace,
): readonly Value[] {
  requireSameSize(node, inputs);
  const slots = node.slots.map((slot) => slotValue(slot, inputs, images));
  const types = outputTypes(type, node, {
    inputs: slots.map((value, i) => value && describe(value, node.slots[i])),
    images: images.shape[0],
    isTraced,
  });
  const given = slots.filter((value) => value !== null);
  let place = 0;
  const attributes: KeptAttributes = {
    ...{ type, domain: node.domain, version: node.version, attributes: node.attributes },
    slots: slots.map((value) => (value === null ? null : place++)),
    types,
  };
  return images.graph.apply(keptOp, given, attributes);
}

function describe({ dtype, shape }: Value, slot: Slot): KeptInput {
  return { dtype, shape, values: slot !== null && typeof slot === 'object' && 'values' in slot ? slot.values : null };
}

function outputTypes(
  type: string,
  { domain, attributes, outputs, declared }: KeptNode,
  scope: { inputs: readonly (KeptInput | null)[]; images: number; isTraced: boolean },
): readonly TensorType[] {
  const rule = shapeRule(domain, type);
  if (rule && !declared) {
    const types = rule(new KeptCall({ ...scope, outputs, attributes: readAttributes(attributes.map(bytesOfBase64)) }));
    const isShape = (shape: readonly number[]) => shape.every((side) => Number.isInteger(side) && side >= 0);
    if (types.length < outputs || !types.every(({ shape }) => isShape(shape))) {
      const received = scope.inputs.map((input) => (input ? describeShape(input.shape) : 'none')).join(', ');
      throw new ShapeError(type, 'inputs that fit it', received);
    }
    return types.slice(0, outputs);
  }
  if (!declared) throw new UnsupportedNode(`the shape of what ${type} gives is not known`);
  return declared.map(({ dtype, shape }) => ({
    dtype,
    shape: shape.map((side) => (side === BATCH ? scope.images : side)),
  }));
}

/** Throws where shapes are known for images of another size alone. */
function requireSameSize({ name, bound }: KeptNode, inputs: readonly Value[]): void {
  bound?.forEach((expected, i) => {
    const received = inputs[i].shape.slice(1);
    if (sameShape(received, expected)) return;
    throw new ShapeError(
      `the node "${name}"`,
      `what it gets from images of the file's own size, ${describeShape(expected)}`,
      describeShape(received),
    );
  });
}

function slotValue(slot: Slot, inputs: readonly Value[], images: Value): Value | null {
  if (slot === null) return null;
  if (typeof slot === 'number') return inputs[slot];
  if ('input' in slot) return cast(inputs[slot.input], slot.dtype);
  return slot.values.includes(BATCH) ? withBatch(slot, images) : constant(images.graph, slot);
}

/** Integers whose number of images is told while the graph runs, since exports take any. */
function withBatch({ dtype, shape, values }: FixedTensor, images: Value): Value {
  const at = values.indexOf(BATCH);
  const parts = [values.slice(0, at), values.slice(at + 1)].map((list) =>
    list.length === 0 ? [] : [constant(images.graph, { dtype: 'int64', shape: [list.length], values: list })],
  );
  const [count] = images.graph.apply(keptOp, [images], BATCH_COUNT);
  const list = cast(concat([...parts[0], count, ...parts[1]], 0), dtype);
  return shape.length === 0 ? reshape(list, []) : list;
}

/** Shape of the images from axis 0 to axis 1: their number, as a list of one. */
const BATCH_COUNT: KeptAttributes = {
  type: 'Shape',
  domain: '',
  version: 15,
  // AttributeProto {name: "end", i: 1, type: INT}.
  attributes: ['CgNlbmQYAaABAg=='],
  slots: [0],
  types: [{ dtype: 'int64', shape: [1] }],
};

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** Types that constants do not have are made of wider ones. */
function constant(graph: Graph, { dtype, shape, values }: FixedTensor): Value {
  if (values.length !== sizeOf(shape)) {
    throw new ShapeError('constant', `${sizeOf(shape)} numbers`, String(values.length));
  }
  if (dtype === 'int64') return graph.constant(dtype, shape, BigInt64Array.from(values, toInt64));
  if (dtype === 'int8' || dtype === 'float16')
    return cast(constant(graph, { dtype: widerOf(dtype), shape, values }), dtype);
  return graph.constant(dtype, shape, ARRAYS[dtype].from(values));
}

/** Integers beyond 2⁵³ only stand for "to the end" in ONNX' slices. */
function toInt64(value: number): bigint {
  if (!Number.isInteger(value)) throw new UnsupportedNode(`expected integers; received ${value}`);
  return BigInt(Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value)));
}

function widerOf(dtype: 'int8' | 'float16'): DType {
  return dtype === 'int8' ? 'int32' : 'float32';
}
