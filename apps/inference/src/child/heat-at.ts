/** Reads heat between its places, which is as coarse as the maps of a layer. */
import type { Heat } from '@trainyard/runtime';

/**
 * Bilinear, each value standing in the middle of its cell, as images are usually resized; beyond the middles of the outer
 * cells their values go on.
 *
 * @param across share of the width, from 0 to 1 @param down share of the height
 */
export function heatAt({ rows, columns, values }: Heat, across: number, down: number): number {
  const x = Math.max(0, Math.min(columns - 1, across * columns - 0.5));
  const y = Math.max(0, Math.min(rows - 1, down * rows - 0.5));
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, bottom] = [Math.min(columns - 1, left + 1), Math.min(rows - 1, top + 1)];
  const upper = mix(values[top * columns + left], values[top * columns + right], x - left);
  const lower = mix(values[bottom * columns + left], values[bottom * columns + right], x - left);
  return mix(upper, lower, y - top);
}

function mix(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}
