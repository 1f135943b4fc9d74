/** The five filters of PNG rows (ISO/IEC 15948, 9): none, sub, up, average, Paeth. */

export const FILTERS = 5;

/**
 * Writes the filtered `row` to `out` and returns the sum of its bytes taken as signed numbers, by which encoders choose
 * (12.8 of the standard). `above` is the row before, of zeros for the first one; `pixelBytes` is how many make a pixel.
 */
export function filterRow(
  filter: number,
  row: Uint8Array,
  above: Uint8Array,
  pixelBytes: number,
  out: Uint8Array,
): number {
  let sum = 0;
  for (let place = 0; place < row.length; place++) {
    const left = place < pixelBytes ? 0 : row[place - pixelBytes];
    const up = above[place];
    const value = (row[place] - predict(filter, left, up, place < pixelBytes ? 0 : above[place - pixelBytes])) & 0xff;
    out[place] = value;
    sum += value < 128 ? value : 256 - value;
  }
  return sum;
}

function predict(filter: number, left: number, up: number, upLeft: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4:
      return paeth(left, up, upLeft);
    default:
      return 0;
  }
}

/** The neighbour that is nearest to left + up - upLeft. */
function paeth(left: number, up: number, upLeft: number): number {
  const toLeft = Math.abs(up - upLeft);
  const toUp = Math.abs(left - upLeft);
  const toUpLeft = Math.abs(left + up - 2 * upLeft);
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}
