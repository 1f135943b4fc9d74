/**
 * How weights of convolutions lie in memory while a network trains in the blocked layout: as the product that gives their
 * gradient yields it, so that a step never permutes the optimizer's tensors. b is the block.
 *
 *     full       [C/b, O/b, kh, kw, b(c), b(o)]
 *     raw        [O/b, kh, kw, C, b(o)], for plain images of fewer channels than b
 *     depthwise  [C/b, kh, kw, b]
 */
import type { Value } from '../../graph/graph.js';
import { type Shape, sizeOf } from '../../graph/tensor-type.js';
import { roundUp } from '../../ops/blocked/reorder.js';
import { reshape } from '../../ops/reshape.js';
import { pad, slice } from '../../ops/slice.js';
import { transpose } from '../../ops/transpose.js';

export interface KernelLayout {
  readonly kind: 'full' | 'raw' | 'depthwise';
  /** The weights' own shape: [O, C, kh, kw], for depthwise ones [C, 1, kh, kw]. */
  readonly shape: Shape;
  readonly block: number;
}

/** Axes of the plain weights, cut into blocks, in the order in which they are stored. */
const ORDER = {
  full: { order: [2, 0, 4, 5, 3, 1], inverse: [1, 5, 0, 4, 2, 3] },
  raw: { order: [0, 3, 4, 2, 1], inverse: [0, 4, 3, 1, 2] },
  depthwise: { order: [0, 2, 3, 1], inverse: [0, 3, 1, 2] },
} as const;

/** [O, C] rounded up as the layout has them; [C, 1] of depthwise weights. */
export function paddedChannels({ kind, shape: [outputs, inputs], block }: KernelLayout): readonly [number, number] {
  return [roundUp(outputs, block), kind === 'full' ? roundUp(inputs, block) : inputs];
}

/** The plain weights with their channels cut into blocks. */
function cutShape(layout: KernelLayout): number[] {
  const [outputs, inputs] = paddedChannels(layout);
  const { block, kind, shape } = layout;
  const [height, width] = shape.slice(2);
  if (kind === 'full') return [outputs / block, block, inputs / block, block, height, width];
  return kind === 'raw' ? [outputs / block, block, inputs, height, width] : [outputs / block, block, height, width];
}

export function storedShape(layout: KernelLayout): number[] {
  const cut = cutShape(layout);
  return ORDER[layout.kind].order.map((axis) => cut[axis]);
}

export function toStored(plain: Value, layout: KernelLayout): Value {
  const [outputs, inputs] = paddedChannels(layout);
  const after = [outputs - layout.shape[0], inputs - layout.shape[1], 0, 0];
  const padded = pad(plain, [0, 0, 0, 0], after);
  return transpose(reshape(padded, cutShape(layout)), ORDER[layout.kind].order);
}

export function toPlain(stored: Value, layout: KernelLayout): Value {
  const [outputs, inputs] = paddedChannels(layout);
  const [, , height, width] = layout.shape;
  const padded = reshape(transpose(stored, ORDER[layout.kind].inverse), [outputs, inputs, height, width]);
  if (outputs === layout.shape[0] && inputs === layout.shape[1]) return padded;
  return slice(padded, { starts: [0, 0], ends: layout.shape.slice(0, 2), axes: [0, 1], steps: [1, 1] });
}

/** For each element as it is stored its place in the plain weights; −1 for what only fills up a block. */
export function storedPlaces(layout: KernelLayout): Int32Array {
  const cut = cutShape(layout);
  const { order } = ORDER[layout.kind];
  const [outputs, inputs, height, width] = layout.shape;
  const { block, kind } = layout;
  const stored = order.map((axis) => cut[axis]);
  const places = new Int32Array(sizeOf(stored));
  const at = cut.map(() => 0);
  for (let i = 0; i < places.length; i++) {
    let rest = i;
    for (let axis = stored.length - 1; axis >= 0; axis--) {
      at[order[axis]] = rest % stored[axis];
      rest = Math.floor(rest / stored[axis]);
    }
    const o = at[0] * block + at[1];
    const c = kind === 'full' ? at[2] * block + at[3] : kind === 'raw' ? at[2] : 0;
    const [y, x] = at.slice(-2);
    places[i] = o < outputs && c < inputs ? ((o * inputs + c) * height + y) * width + x : -1;
  }
  return places;
}
