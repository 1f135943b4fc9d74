/** Reads heat between its places, which is as coarse as the maps of a layer. */
import type { Heat } from '@trainyard/runtime';

/**
 * Bilinear, each value standing in the middle of its cell, as images are usually resized; beyond the middles of the outer
 * cells their values go on.
 *
 * @param across share of the width, from 0 to 1 @param down share of the height
 */
export function heatAt({ rows, columns, values }: Heat, across: number, down: number): number {
  const [left, right, x] = between(across, columns);
  const [top, bottom, y] = between(down, rows);
  const row = (start: number) => values[start + left] * (1 - x) + values[start + right] * x;
  return row(top * columns) * (1 - y) + row(bottom * columns) * y;
}

/** The cells on both sides of a place, and how far it is from the first to the second. */
function between(share: number, cells: number): [number, number, number] {
  const place = Math.max(0, Math.min(cells - 1, share * cells - 0.5));
  const first = Math.floor(place);
  return [first, Math.min(cells - 1, first + 1), place - first];
}
