/**
 * The filters of PNG rows (ISO/IEC 15948, 9) that gain the most: none, sub, up and Paeth. Each has a loop of its own: they
 * take the larger part of the time of a picture.
 */

/**
 * Writes the filtered row and returns the sum of its bytes as signed numbers, by which encoders choose (12.8 of the standard).
 * `above` is the row before, and `pixelBytes` is how many bytes make a pixel.
 */
type Filter = (row: Uint8Array, above: Uint8Array, pixelBytes: number, out: Uint8Array) => number;

/** The weight of each byte. */
const WEIGHTS = Uint8Array.from({ length: 256 }, (_, value) => Math.min(value, 256 - value));

/** By what they are called in the file. */
export const FILTERS: readonly (readonly [number: number, filter: Filter])[] = [
  [0, none],
  [1, sub],
  [2, up],
  [4, paeth],
];

function none(row: Uint8Array, _: Uint8Array, __: number, out: Uint8Array): number {
  let weight = 0;
  for (let place = 0; place < row.length; place++) weight += WEIGHTS[row[place]];
  out.set(row);
  return weight;
}

function sub(row: Uint8Array, _: Uint8Array, pixelBytes: number, out: Uint8Array): number {
  let weight = 0;
  for (let place = 0; place < row.length; place++) {
    const value = (row[place] - (place < pixelBytes ? 0 : row[place - pixelBytes])) & 0xff;
    out[place] = value;
    weight += WEIGHTS[value];
  }
  return weight;
}

function up(row: Uint8Array, above: Uint8Array, _: number, out: Uint8Array): number {
  let weight = 0;
  for (let place = 0; place < row.length; place++) {
    const value = (row[place] - above[place]) & 0xff;
    out[place] = value;
    weight += WEIGHTS[value];
  }
  return weight;
}

/** Less the neighbour that is nearest to left + up - upLeft. */
function paeth(row: Uint8Array, above: Uint8Array, pixelBytes: number, out: Uint8Array): number {
  let weight = 0;
  for (let place = 0; place < row.length; place++) {
    const left = place < pixelBytes ? 0 : row[place - pixelBytes];
    const upper = above[place];
    const upLeft = place < pixelBytes ? 0 : above[place - pixelBytes];
    const toLeft = Math.abs(upper - upLeft);
    const toUp = Math.abs(left - upLeft);
    const toUpLeft = Math.abs(left + upper - 2 * upLeft);
    const nearest = toLeft <= toUp && toLeft <= toUpLeft ? left : toUp <= toUpLeft ? upper : upLeft;
    const value = (row[place] - nearest) & 0xff;
    out[place] = value;
    weight += WEIGHTS[value];
  }
  return weight;
}
