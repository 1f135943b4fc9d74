/** Windows that slide over height and width: the arithmetic that convolution and pooling share. */
import { describeShape, type Shape, ShapeError } from '../graph/tensor-type.js';

/** Pairs are (height, width); `pads` is (top, left, bottom, right), as ONNX orders them. */
export interface Window {
  readonly kernel_shape: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
}

/** Height and width of the output of a window over [N, C, H, W]. Throws when the window is larger than the input. */
export function windowOutput(op: string, shape: Shape, window: Window): [number, number] {
  if (shape.length !== 4) throw new ShapeError(op, 'an input [batch, channels, height, width]', describeShape(shape));
  return [outputSide(op, shape[2], window, 0), outputSide(op, shape[3], window, 1)];
}

/** floor((side + pads − (dilation · (kernel − 1) + 1)) / stride) + 1. */
function outputSide(op: string, side: number, window: Window, axis: 0 | 1): number {
  const padded = side + window.pads[axis] + window.pads[axis + 2];
  const reach = extent(window, axis);
  if (reach > padded) {
    throw new ShapeError(op, `a window of at most ${padded} pixels`, `${reach}`);
  }
  return Math.floor((padded - reach) / window.strides[axis]) + 1;
}

/** Pixels that the window spans: dilation · (kernel − 1) + 1. */
export function extent(window: Window, axis: 0 | 1): number {
  return window.dilations[axis] * (window.kernel_shape[axis] - 1) + 1;
}

/** Whether the windows lie side by side without gaps, overlaps and pads. */
export function tiles({ kernel_shape, strides, dilations, pads }: Window): boolean {
  return (
    [0, 1].every((axis) => kernel_shape[axis] === strides[axis] && dilations[axis] === 1) && pads.every((p) => p === 0)
  );
}

/** Rows and columns below and right of the last window, which the strides skipped. Shapes are [N, C, H, W]. */
export function uncoveredSides(input: Shape, output: Shape, window: Window): [number, number] {
  const { strides, pads } = window;
  const rest = (axis: 0 | 1) =>
    input[axis + 2] + pads[axis] + pads[axis + 2] - strides[axis] * (output[axis + 2] - 1) - extent(window, axis);
  return [rest(0), rest(1)];
}

/**
 * Pads for Keras' `padding`: `valid` pads nothing; `same` gives ceil(side / stride) outputs, the odd pixel at the
 * bottom and right.
 */
export function kerasPads(
  padding: 'valid' | 'same',
  input: readonly [number, number],
  window: Omit<Window, 'pads'>,
): [number, number, number, number] {
  if (padding === 'valid') return [0, 0, 0, 0];
  const total = ([0, 1] as const).map((axis) => {
    const reach = window.dilations[axis] * (window.kernel_shape[axis] - 1) + 1;
    const outputs = Math.ceil(input[axis] / window.strides[axis]);
    return Math.max((outputs - 1) * window.strides[axis] + reach - input[axis], 0);
  });
  const before = total.map((pad) => Math.floor(pad / 2));
  return [before[0], before[1], total[0] - before[0], total[1] - before[1]];
}
