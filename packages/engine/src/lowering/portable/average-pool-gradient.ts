/**
 * AveragePoolGradient: dY is divided by the pixels that each window covers. Windows that tile the input: stretched to
 * their pixels. Others: a transposed convolution with ones, plane by plane, adds up what overlaps.
 */
import type { Value } from '../../graph/graph.js';
import type { Shape } from '../../graph/tensor-type.js';
import type { AveragePoolGradientAttributes } from '../../ops/average-pool.js';
import { scalarLike } from '../../ops/elementwise.js';
import { floatConstant } from '../../ops/float-constant.js';
import { mul } from '../../ops/mul.js';
import { repeatPixels } from '../../ops/repeat-pixels.js';
import { reshape } from '../../ops/reshape.js';
import { pad } from '../../ops/slice.js';
import { tiles, uncoveredSides, type Window } from '../../ops/window.js';
import { attributesOf } from '../attributes.js';
import type { LoweringRule } from '../lower.js';
import { symmetricConvTranspose } from './symmetric-conv-transpose.js';

export const lowerAveragePoolGradient: LoweringRule = ([dy], node) => {
  const { shape, ...window } = attributesOf<AveragePoolGradientAttributes>(node);
  const shares = mul(dy, reciprocalCounts(dy, shape, window));
  return [tiles(window) ? stretch(shares, shape, window) : spread(shares, shape, window)];
};

function stretch(shares: Value, shape: Shape, { kernel_shape }: Window): Value {
  const tiled = repeatPixels(shares, kernel_shape);
  return pad(tiled, [0, 0, 0, 0], [0, 0, shape[2] - tiled.shape[2], shape[3] - tiled.shape[3]]);
}

function spread(shares: Value, shape: Shape, window: Window): Value {
  const [batch, channels, height, width] = shares.shape;
  const ones = floatConstant(shares, [1, 1, ...window.kernel_shape], () => 1);
  const planes = reshape(shares, [batch * channels, 1, height, width]);
  const output_padding = uncoveredSides(shape, shares.shape, window);
  return reshape(symmetricConvTranspose(planes, ones, { ...window, group: 1, output_padding }), shape);
}

/** 1 / the pixels that each window covers: [OH, OW], or one number where all cover the same. */
function reciprocalCounts(dy: Value, shape: Shape, window: Window): Value {
  const [rows, columns] = ([0, 1] as const).map((axis) => {
    return coveredPixels(dy.shape[axis + 2], shape[axis + 2], window, axis).map((count) => 1 / count);
  });
  if ([rows, columns].every((shares) => shares.every((share) => share === shares[0]))) {
    return scalarLike(dy, rows[0] * columns[0]);
  }
  return mul(
    floatConstant(dy, [rows.length, 1], (i) => rows[i]),
    floatConstant(dy, [1, columns.length], (i) => columns[i]),
  );
}

/** For each place of the window along one axis, how many of its pixels lie within the input. */
function coveredPixels(outputs: number, side: number, { kernel_shape, strides, pads }: Window, axis: 0 | 1): number[] {
  return Array.from({ length: outputs }, (_, place) => {
    const start = place * strides[axis] - pads[axis];
    return Math.min(start + kernel_shape[axis], side) - Math.max(start, 0);
  });
}
