/**
 * ConvWeightGradient as a convolution of X by dY in which batch and channels change places, and so do strides and
 * dilations: [C, N, H, W] * [O, N, OH, OW] → [C, O, kh, kw], for each group.
 */
import type { Value } from '../../graph/graph.js';
import { concat } from '../../ops/concat.js';
import { type ConvGradientAttributes, conv } from '../../ops/conv.js';
import { slice } from '../../ops/slice.js';
import { transpose } from '../../ops/transpose.js';

export function convWeightGradientByConv(x: Value, dy: Value, attributes: ConvGradientAttributes): Value {
  const groups = Array.from({ length: attributes.group }, (_, group) =>
    gradientOfGroup(channelsOf(x, group, attributes.group), channelsOf(dy, group, attributes.group), attributes),
  );
  return concat(groups, 0);
}

function gradientOfGroup(
  x: Value,
  dy: Value,
  { kernel_shape, strides, dilations, pads }: ConvGradientAttributes,
): Value {
  const window = { kernel_shape: sidesOf(dy), strides: dilations, dilations: strides, pads, group: 1 };
  const product = conv(transpose(x, [1, 0, 2, 3]), transpose(dy, [1, 0, 2, 3]), null, window);
  // Rows of X that no window reached give places beyond the kernel.
  return transpose(firstPlaces(product, kernel_shape), [1, 0, 2, 3]);
}

function channelsOf(x: Value, group: number, groups: number): Value {
  const count = x.shape[1] / groups;
  return groups === 1 ? x : slice(x, { starts: [group * count], ends: [(group + 1) * count], axes: [1], steps: [1] });
}

function firstPlaces(product: Value, [height, width]: readonly [number, number]): Value {
  const [rows, columns] = sidesOf(product);
  if (rows === height && columns === width) return product;
  return slice(product, { starts: [0, 0], ends: [height, width], axes: [2, 3], steps: [1, 1] });
}

function sidesOf({ shape }: Value): [number, number] {
  return [shape[2], shape[3]];
}
