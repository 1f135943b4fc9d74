/**
 * The filters of PNG rows (ISO/IEC 15948, 9) that gain the most: up, none, sub and Paeth. Each has a loop of its own: they
 * take the larger part of the time of a picture.
 */

/** Writes the filtered row; `above` is the row before, and `pixelBytes` is how many bytes make a pixel. */
type Filter = (row: Uint8Array, above: Uint8Array, pixelBytes: number, out: Uint8Array) => void;

/** By what they are called in the file, in the order in which they are tried: rows often repeat the one above. */
export const FILTERS: readonly (readonly [number: number, filter: Filter])[] = [
  [2, up],
  [0, (row, _, __, out) => out.set(row)],
  [1, sub],
  [4, paeth],
];

export const UNFILTERED = FILTERS.filter(([number]) => number === 0);

/** The sum of the bytes as signed numbers, by which encoders choose (12.8 of the standard). */
export function weightOf(filtered: Uint8Array): number {
  let sum = 0;
  for (let place = 0; place < filtered.length; place++) {
    const value = filtered[place];
    sum += value < 128 ? value : 256 - value;
  }
  return sum;
}

function up(row: Uint8Array, above: Uint8Array, _: number, out: Uint8Array): void {
  for (let place = 0; place < row.length; place++) out[place] = row[place] - above[place];
}

function sub(row: Uint8Array, _: Uint8Array, pixelBytes: number, out: Uint8Array): void {
  out.set(row.subarray(0, pixelBytes));
  for (let place = pixelBytes; place < row.length; place++) out[place] = row[place] - row[place - pixelBytes];
}

/** Less the neighbour that is nearest to left + up - upLeft. */
function paeth(row: Uint8Array, above: Uint8Array, pixelBytes: number, out: Uint8Array): void {
  for (let place = 0; place < pixelBytes; place++) out[place] = row[place] - above[place];
  for (let place = pixelBytes; place < row.length; place++) {
    const left = row[place - pixelBytes];
    const upper = above[place];
    const upLeft = above[place - pixelBytes];
    const toLeft = Math.abs(upper - upLeft);
    const toUp = Math.abs(left - upLeft);
    const toUpLeft = Math.abs(left + upper - 2 * upLeft);
    const nearest = toLeft <= toUp && toLeft <= toUpLeft ? left : toUp <= toUpLeft ? upper : upLeft;
    out[place] = row[place] - nearest;
  }
}
