/** Copies pixels to other places: flips and shifts by whole pixels. */
import type { Fill, ImageSize } from '@trainyard/contracts';
import { standIn } from './border.js';
import type { Mapping } from './geometry.js';

/** Columns and rows from which each is copied; used again from image to image. */
export interface Places {
  readonly columns: Int32Array;
  readonly rows: Int32Array;
}

export function allocatePlaces({ width, height }: ImageSize): Places {
  return { columns: new Int32Array(width), rows: new Int32Array(height) };
}

/** @param table what becomes of each of the 256 values of a pixel */
export function copyPixels(
  source: Uint8Array,
  out: Uint8Array,
  { width, height, channels }: ImageSize,
  mapping: Mapping,
  { fill, table, places }: { fill: Fill; table: Uint8Array; places: Places },
): void {
  const { columns, rows } = places;
  for (let x = 0; x < width; x++) columns[x] = standIn(Math.round(mapping.xx * x + mapping.x0), width, fill);
  for (let y = 0; y < height; y++) rows[y] = standIn(Math.round(mapping.yy * y + mapping.y0), height, fill);
  const black = table[0];
  let at = 0;
  for (let channel = 0; channel < channels; channel++) {
    const plane = channel * height * width;
    for (let y = 0; y < height; y++) {
      if (rows[y] < 0) {
        out.fill(black, at, at + width);
        at += width;
        continue;
      }
      const row = plane + rows[y] * width;
      for (let x = 0; x < width; x++) {
        const column = columns[x];
        out[at++] = column < 0 ? black : table[source[row + column]];
      }
    }
  }
}
