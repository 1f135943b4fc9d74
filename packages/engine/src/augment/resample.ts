/** Samples an image anew under an affine mapping, bilinearly: PyTorch's grid_sample with align_corners, in whole numbers. */
import type { Fill, ImageSize } from '@trainyard/contracts';
import { standIn } from './border.js';
import type { Mapping } from './geometry.js';

/** Bits of a place behind the point: with what is before it, even the most extreme mapping fits 32 bits. */
const PLACE_BITS = 14;
/** Bits of a weight: the sum of four weighted pixels fits 32 bits. */
const WEIGHT_BITS = 10;
const ONE = 1 << WEIGHT_BITS;
const WEIGHT_MASK = ONE - 1;
const WEIGHT_SHIFT = PLACE_BITS - WEIGHT_BITS;
const HALF = 1 << (2 * WEIGHT_BITS - 1);

/** @param table what becomes of each of the 256 values of a pixel */
export function resample(
  source: Uint8Array,
  out: Uint8Array,
  { width, height, channels }: ImageSize,
  mapping: Mapping,
  { fill, table }: { fill: Fill; table: Uint8Array },
): void {
  const plane = width * height;
  const unit = 1 << PLACE_BITS;
  const [stepX, stepY] = [mapping.xx * unit, mapping.yx * unit];
  const [lastColumn, lastRow] = [width - 1, height - 1];
  for (let y = 0; y < height; y++) {
    const startX = (mapping.xy * y + mapping.x0) * unit + 0.5;
    const startY = (mapping.yy * y + mapping.y0) * unit + 0.5;
    for (let x = 0; x < width; x++) {
      const atX = (startX + stepX * x) | 0;
      const atY = (startY + stepY * x) | 0;
      const left = atX >> PLACE_BITS;
      const top = atY >> PLACE_BITS;
      const toRight = (atX >> WEIGHT_SHIFT) & WEIGHT_MASK;
      const down = (atY >> WEIGHT_SHIFT) & WEIGHT_MASK;
      let at = y * width + x;
      if (left >>> 0 < lastColumn && top >>> 0 < lastRow) {
        const belowRight = Math.imul(toRight, down);
        const belowLeft = (down << WEIGHT_BITS) - belowRight;
        const aboveRight = (toRight << WEIGHT_BITS) - belowRight;
        const aboveLeft = ONE * ONE - belowRight - belowLeft - aboveRight;
        let from = top * width + left;
        for (let channel = 0; channel < channels; channel++) {
          const above = Math.imul(source[from], aboveLeft) + Math.imul(source[from + 1], aboveRight);
          const below = Math.imul(source[from + width], belowLeft) + Math.imul(source[from + width + 1], belowRight);
          out[at] = table[(above + below + HALF) >> (2 * WEIGHT_BITS)];
          from += plane;
          at += plane;
        }
        continue;
      }
      const x0 = standIn(left, width, fill);
      const x1 = standIn(left + 1, width, fill);
      const y0 = standIn(top, height, fill);
      const y1 = standIn(top + 1, height, fill);
      for (let channel = 0; channel < channels; channel++) {
        const from = channel * plane;
        let above = 0;
        let below = 0;
        if (y0 >= 0) above = rowBetween(source, from + y0 * width, x0, x1, toRight);
        if (y1 >= 0) below = rowBetween(source, from + y1 * width, x0, x1, toRight);
        out[at] = table[(above * (ONE - down) + below * down + HALF) >> (2 * WEIGHT_BITS)];
        at += plane;
      }
    }
  }
}

/** Between two pixels of a row; one that is outside is black. */
function rowBetween(source: Uint8Array, row: number, x0: number, x1: number, toRight: number): number {
  const left = x0 < 0 ? 0 : source[row + x0] * (ONE - toRight);
  return x1 < 0 ? left : left + source[row + x1] * toRight;
}
