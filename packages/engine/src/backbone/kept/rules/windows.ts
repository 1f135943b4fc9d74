/** Shapes of operators that slide windows over images, or give them another size. */
import type { Shape } from '../../../graph/tensor-type.js';
import { BATCH } from '../../node-reader.js';
import { UnsupportedNode } from '../../operator.js';
import type { KeptCall, ShapeRule } from '../call.js';

interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
}

function windowsOf(call: KeptCall, kernel: readonly number[]): Windows {
  const ones = kernel.map(() => 1);
  return {
    kernel,
    strides: call.numbers('strides', ones),
    dilations: call.numbers('dilations', ones),
    pads: call.numbers('pads', [...ones, ...ones].fill(0)),
  };
}

/** Rows, columns and so on that a window may stand at. */
function places(call: KeptCall, sides: Shape, { kernel, strides, dilations, pads }: Windows): number[] {
  const automatic = call.text('auto_pad', 'NOTSET');
  const isUp = call.number('ceil_mode', 0) !== 0;
  return sides.map((side, i) => {
    const reach = (kernel[i] - 1) * dilations[i] + 1;
    if (automatic.startsWith('SAME')) return Math.ceil(side / strides[i]);
    const padded = automatic === 'VALID' ? side : side + pads[i] + pads[i + sides.length];
    const steps = (padded - reach) / strides[i];
    const count = (isUp ? Math.ceil(steps) : Math.floor(steps)) + 1;
    // A window that begins in the padding at the end is left out.
    return isUp && (count - 1) * strides[i] >= side + pads[i] ? count - 1 : count;
  });
}

/** @param at place of the input that holds the weights, [O, C/group, …] */
export const convolutionAt =
  (at: number, dtype?: (call: KeptCall) => 'float32' | 'int32' | 'int8' | 'uint8'): ShapeRule =>
  (call) => {
    const { dtype: own, shape } = call.input(0);
    const [outputs, , ...kernel] = call.input(at).shape;
    const sides = places(call, shape.slice(2), windowsOf(call, call.numbers('kernel_shape', kernel)));
    return [{ dtype: dtype?.(call) ?? own, shape: [shape[0], outputs, ...sides] }];
  };

const convTranspose: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const [, outputs, ...given] = call.input(1).shape;
  const { kernel, strides, dilations, pads } = windowsOf(call, call.numbers('kernel_shape', given));
  const more = call.numbers(
    'output_padding',
    kernel.map(() => 0),
  );
  const automatic = call.text('auto_pad', 'NOTSET');
  const sides = shape.slice(2).map((side, i) => {
    if (automatic.startsWith('SAME')) return side * strides[i];
    const padded = automatic === 'VALID' ? 0 : pads[i] + pads[i + kernel.length];
    return strides[i] * (side - 1) + more[i] + (kernel[i] - 1) * dilations[i] + 1 - padded;
  });
  const channels = outputs * call.number('group', 1);
  return [{ dtype, shape: [shape[0], channels, ...call.numbers('output_shape', sides).slice(-sides.length)] }];
};

/** The second output of a MaxPool is where its values were found. */
const pool: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const windows = windowsOf(call, call.numbers('kernel_shape', []));
  const pooled = [...shape.slice(0, 2), ...places(call, shape.slice(2), windows)];
  const indices = { dtype: 'int64' as const, shape: pooled };
  return [{ dtype, shape: pooled }, ...Array.from({ length: call.outputs - 1 }, () => indices)];
};

const globalPool: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  return [{ dtype, shape: shape.map((side, axis) => (axis < 2 ? side : 1)) }];
};

/** By factors (rounded down) or to sizes; either may be of some axes alone. */
const resize: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const axes = call.numbers('axes', [...shape.keys()]).map((axis) => call.axis(axis, shape.length));
  const after = [...shape];
  const hasSizes = call.has(3) && call.input(3).shape[0] > 0;
  if (hasSizes && call.text('keep_aspect_ratio_policy', 'stretch') !== 'stretch') {
    throw new UnsupportedNode('it keeps the aspect ratio; expected keep_aspect_ratio_policy "stretch"');
  }
  const given = call.values(hasSizes ? 3 : 2);
  axes.forEach((axis, i) => {
    if (given[i] === BATCH) return;
    after[axis] = hasSizes ? given[i] : Math.floor(shape[axis] * given[i]);
    if (after[axis] !== shape[axis]) call.ownAxis(axis, shape);
  });
  return [{ dtype, shape: after }];
};

const gridSample: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  return [{ dtype, shape: [shape[0], shape[1], ...call.input(1).shape.slice(1, -1)] }];
};

export const windowRules: Readonly<Record<string, ShapeRule>> = {
  AveragePool: pool,
  Conv: convolutionAt(1),
  ConvTranspose: convTranspose,
  DeformConv: convolutionAt(1),
  GlobalAveragePool: globalPool,
  GlobalLpPool: globalPool,
  GlobalMaxPool: globalPool,
  GridSample: gridSample,
  LpPool: pool,
  MaxPool: pool,
  Resize: resize,
};
