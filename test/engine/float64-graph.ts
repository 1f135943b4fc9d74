// Whole graphs of the compiler in float64, for finite differences: every float32 tensor becomes a float64 one, and what
// onnxruntime's CPU build computes in float32 alone is written with other operations.
import { Graph, type Node, type Value } from '../../packages/engine/src/graph/graph.js';
import { type DType, sizeOf } from '../../packages/engine/src/graph/tensor-type.js';
import { attributesOf } from '../../packages/engine/src/lowering/attributes.js';
import { type Lowering, lower } from '../../packages/engine/src/lowering/lower.js';
import { add } from '../../packages/engine/src/ops/add.js';
import { concat } from '../../packages/engine/src/ops/concat.js';
import type { ConvAttributes } from '../../packages/engine/src/ops/conv.js';
import type { ConvTransposeAttributes } from '../../packages/engine/src/ops/conv-transpose.js';
import { div } from '../../packages/engine/src/ops/div.js';
import { scalarLike } from '../../packages/engine/src/ops/elementwise.js';
import { exp } from '../../packages/engine/src/ops/exp.js';
import { matmul } from '../../packages/engine/src/ops/matmul.js';
import { neg } from '../../packages/engine/src/ops/neg.js';
import { reduceMean } from '../../packages/engine/src/ops/reduce-mean.js';
import { reshape } from '../../packages/engine/src/ops/reshape.js';
import { pad, slice } from '../../packages/engine/src/ops/slice.js';
import { transpose } from '../../packages/engine/src/ops/transpose.js';
import { extent, type Window } from '../../packages/engine/src/ops/window.js';
import { testLowering } from './float64-forms.js';

/** A copy of a graph, not yet lowered, with float64 for float32. */
export function toFloat64(graph: Graph): Graph {
  const target = new Graph();
  const moved = new Map<Value, Value>();
  const at = (value: Value): Value => {
    const found = moved.get(value);
    if (!found) throw new Error(`${value.name} is used before it is computed`);
    return found;
  };
  for (const input of graph.inputs) moved.set(input, target.input(input.name, widened(input.dtype), input.shape));
  for (const constant of graph.constants) moved.set(constant, wideConstant(target, constant));
  for (const node of graph.nodes) {
    const outputs = target.apply(node.op, node.inputs.map(at), wideAttributes(node));
    node.outputs.forEach((output, i) => {
      moved.set(output, outputs[i]);
    });
  }
  for (const [name, value] of graph.outputs) target.output(name, at(value));
  return target;
}

/** A lowering for such graphs. */
export function lowerFloat64(graph: Graph): Graph {
  return lower(lower(graph, testLowering), CONVOLUTIONS);
}

function widened(dtype: DType): DType {
  return dtype === 'float32' ? 'float64' : dtype;
}

function wideConstant(target: Graph, { dtype, shape, constant }: Value): Value {
  if (!constant) throw new Error('expected a constant');
  if (!(constant instanceof Float32Array)) return target.constant(dtype, shape, constant);
  return target.constant('float64', shape, Float64Array.from(constant));
}

/** Casts name a type; no other attribute does. */
function wideAttributes({ op, attributes }: Node): object {
  return op.type === 'Cast' && 'to' in attributes && attributes.to === 'float32'
    ? { ...attributes, to: 'float64' }
    : attributes;
}

const CONVOLUTIONS: Lowering = {
  Conv([x, w, bias], node) {
    const { group, pads, ...window } = attributesOf<ConvAttributes>(node);
    const framed = frame(x, pads);
    const [outputs, channels] = w.shape;
    const kernel = reshape(w, [group, outputs / group, channels, w.shape[2] * w.shape[3]]);
    return [withBias(correlate(framed, kernel, window), bias)];
  },
  /** The pixels set apart by the strides, under the kernel turned around. */
  ConvTranspose([x, w, bias], node) {
    const attributes = attributesOf<ConvTransposeAttributes>(node);
    const { group, pads, strides, output_padding, dilations, kernel_shape } = attributes;
    const reach = [extent(attributes, 0) - 1, extent(attributes, 1) - 1];
    const framed = frame(setApart(x, strides), [
      reach[0] - pads[0],
      reach[1] - pads[1],
      reach[0] - pads[2] + output_padding[0] - (strides[0] - 1),
      reach[1] - pads[3] + output_padding[1] - (strides[1] - 1),
    ]);
    const [channels, outputs, ...sides] = w.shape;
    const area = sides[0] * sides[1];
    const grouped = transpose(reshape(w, [group, channels / group, outputs, area]), [0, 2, 1, 3]);
    const taps = Array.from({ length: area }, (_, tap) => part(grouped, 3, area - 1 - tap, 1));
    const window = { kernel_shape, dilations, strides: [1, 1] as const };
    return [withBias(correlate(framed, concat(taps, 3), window), bias)];
  },
  /** The sum under each window over the number of pixels there. */
  AveragePool([x], node) {
    const window = attributesOf<Window>(node);
    const ones = x.graph.constant('float64', x.shape, new Float64Array(sizeOf(x.shape)).fill(1));
    return [div(windowSums(x, window), windowSums(ones, window))];
  },
  GlobalAveragePool: ([x]) => [reduceMean(x, [2, 3], 1)],
  /** onnxruntime makes one operation of x · sigmoid(x), in float32 alone. */
  Sigmoid: ([x]) => [div(scalarLike(x, 1), add(scalarLike(x, 1), exp(neg(x))))],
};

function windowSums(x: Value, { pads, ...window }: Window): Value {
  const area = window.kernel_shape[0] * window.kernel_shape[1];
  const ones = new Float64Array(x.shape[1] * area).fill(1);
  return correlate(frame(x, pads), x.graph.constant('float64', [x.shape[1], 1, 1, area], ones), window);
}

/** Each output is a sum over the taps of a window without pads; `kernel` is [groups, outputs, channels, taps]. */
function correlate(x: Value, kernel: Value, window: Omit<Window, 'pads'>): Value {
  const { kernel_shape, strides, dilations } = window;
  const [batch, , height, width] = x.shape;
  const [groups, outputs, channels, area] = kernel.shape;
  const unpadded: Window = { ...window, pads: [0, 0, 0, 0] };
  const rows = Math.floor((height - extent(unpadded, 0)) / strides[0]) + 1;
  const columns = Math.floor((width - extent(unpadded, 1)) / strides[1]) + 1;
  const taps = Array.from({ length: area }, (_, tap) => {
    const top = Math.floor(tap / kernel_shape[1]) * dilations[0];
    const left = (tap % kernel_shape[1]) * dilations[1];
    const ends = [top + (rows - 1) * strides[0] + 1, left + (columns - 1) * strides[1] + 1];
    const seen = slice(x, { starts: [top, left], ends, axes: [2, 3], steps: strides });
    return reshape(seen, [batch, groups, channels, 1, rows * columns]);
  });
  const patches = reshape(concat(taps, 3), [batch, groups, channels * area, rows * columns]);
  const product = matmul(reshape(kernel, [1, groups, outputs, channels * area]), patches);
  return reshape(product, [batch, groups * outputs, rows, columns]);
}

function withBias(y: Value, bias: Value | undefined): Value {
  return bias ? add(y, reshape(bias, [1, y.shape[1], 1, 1])) : y;
}

/** Zeros around an image, or less of it where a count is negative: top, left, bottom, right. */
function frame(x: Value, [top, left, bottom, right]: readonly number[]): Value {
  const grow = (count: number) => Math.max(count, 0);
  const wide = pad(x, [0, 0, grow(top), grow(left)], [0, 0, grow(bottom), grow(right)]);
  const starts = [grow(-top), grow(-left)];
  const ends = [wide.shape[2] - grow(-bottom), wide.shape[3] - grow(-right)];
  return slice(wide, { starts, ends, axes: [2, 3], steps: [1, 1] });
}

/** Each pixel followed by stride − 1 zeros, to the right and below. */
function setApart(x: Value, [rows, columns]: readonly number[]): Value {
  const [batch, channels, height, width] = x.shape;
  const apart = reshape(x, [batch, channels, height, 1, width, 1]);
  const none = [0, 0, 0, 0, 0, 0];
  return reshape(pad(apart, none, [0, 0, 0, rows - 1, 0, columns - 1]), [
    batch,
    channels,
    height * rows,
    width * columns,
  ]);
}

function part(x: Value, axis: number, start: number, count: number): Value {
  return slice(x, { starts: [start], ends: [start + count], axes: [axis], steps: [1] });
}
