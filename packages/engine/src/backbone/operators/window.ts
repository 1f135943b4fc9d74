/** The windows of convolutions and pools as ONNX describes them. */

import type { Shape } from '../../graph/tensor-type.js';
import { extent, type Window } from '../../ops/window.js';
import type { NodeAttributes } from '../graph.js';
import type { NodeReader } from '../node-reader.js';
import { type AttributeReader, UnsupportedNode } from '../operator.js';

/** @param kernel height and width of the kernel, where the weights say so */
export function readWindow(node: NodeReader, input: Shape, kernel?: readonly number[]): Window {
  if (input.length !== 4)
    throw new UnsupportedNode(`its input has ${input.length} axes; only images have windows here`);
  const size = pair(node.numbers('kernel_shape', kernel ?? []), 'kernel_shape');
  const strides = pair(node.numbers('strides', [1, 1]), 'strides');
  const dilations = pair(node.numbers('dilations', [1, 1]), 'dilations');
  const window = { kernel_shape: size, strides, dilations };
  return { ...window, pads: withCeiling(node, input, { ...window, pads: readPads(node, input, window) }) };
}

function readPads(node: NodeReader, input: Shape, window: Omit<Window, 'pads'>): Window['pads'] {
  const automatic = node.text('auto_pad', 'NOTSET');
  if (automatic === 'VALID') return [0, 0, 0, 0];
  if (automatic === 'NOTSET') {
    const [top = 0, left = 0, bottom = 0, right = 0] = node.numbers('pads', []);
    return [top, left, bottom, right];
  }
  const [height, width] = ([0, 1] as const).map((axis) => {
    const side = input[axis + 2];
    const reach = extent({ ...window, pads: [0, 0, 0, 0] }, axis);
    const outputs = Math.ceil(side / window.strides[axis]);
    const total = Math.max((outputs - 1) * window.strides[axis] + reach - side, 0);
    const less = Math.floor(total / 2);
    return automatic === 'SAME_LOWER' ? [total - less, less] : [less, total - less];
  });
  return [height[0], width[0], height[1], width[1]];
}

/** Rounding the number of windows up is the same as more padding at the end. */
function withCeiling(node: NodeReader, input: Shape, window: Window): Window['pads'] {
  if (node.number('ceil_mode', 0) === 0) return window.pads;
  const [top, left, bottom, right] = window.pads;
  const more = ([0, 1] as const).map((axis) => {
    const rest = input[axis + 2] + window.pads[axis] + window.pads[axis + 2] - extent(window, axis);
    const missing = (window.strides[axis] - (rest % window.strides[axis])) % window.strides[axis];
    return missing;
  });
  return [top, left, bottom + more[0], right + more[1]];
}

export function windowAttributes({ kernel_shape, strides, dilations, pads }: Window): NodeAttributes {
  return { kernel_shape: [...kernel_shape], strides: [...strides], dilations: [...dilations], pads: [...pads] };
}

export function windowOf(attributes: AttributeReader): Window {
  const [top, left, bottom, right] = attributes.numbers('pads');
  return {
    kernel_shape: pair(attributes.numbers('kernel_shape'), 'kernel_shape'),
    strides: pair(attributes.numbers('strides'), 'strides'),
    dilations: pair(attributes.numbers('dilations'), 'dilations'),
    pads: [top, left, bottom, right],
  };
}

function pair(list: readonly number[], name: string): [number, number] {
  const [first, second] = list;
  if (list.length === 2 && first >= 1 && second >= 1) return [first, second];
  throw new UnsupportedNode(`expected two sizes as ${name}; received [${list.join(', ')}]`);
}
