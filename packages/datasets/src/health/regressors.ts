/**
 * What a copy of a picture can be made of: the picture itself (any contrast and brightness), its slopes (a shift by part
 * of a pixel, as resizing leaves it) and its curvature (blurred or sharpened). Each is centred: its sum is 0.
 */

/** The picture, its slopes along x and y, its curvature. */
export const REGRESSORS = 4;

/** Fills `out`, [REGRESSORS, width * height], for one plane of pixels. What lies outside is as at the border. */
export function fillRegressors(
  plane: ArrayLike<number>,
  offset: number,
  width: number,
  height: number,
  out: Float32Array,
): void {
  const size = width * height;
  for (let y = 0; y < height; y++) {
    const row = offset + y * width;
    const above = y > 0 ? row - width : row;
    const below = y < height - 1 ? row + width : row;
    for (let x = 0; x < width; x++) {
      const value = plane[row + x];
      const left = plane[row + (x > 0 ? x - 1 : x)];
      const right = plane[row + (x < width - 1 ? x + 1 : x)];
      const up = plane[above + x];
      const down = plane[below + x];
      const at = y * width + x;
      out[at] = value;
      out[size + at] = right - left;
      out[2 * size + at] = down - up;
      out[3 * size + at] = left + right + up + down - 4 * value;
    }
  }
  for (let regressor = 0; regressor < REGRESSORS; regressor++) centre(out, regressor * size, size);
}

function centre(values: Float32Array, offset: number, length: number): void {
  let sum = 0;
  for (let at = offset; at < offset + length; at++) sum += values[at];
  const mean = sum / length;
  for (let at = offset; at < offset + length; at++) values[at] -= mean;
}
