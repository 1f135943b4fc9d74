/** JPEG files are made smaller while they are decoded: their blocks of 8 × 8 pixels may give 4 × 4, 2 × 2 or one. */
import type { Size } from './placement.js';

const SCALES = [8, 4, 2];

/** By how much sharp lets libjpeg scale a file down that is to shrink this much; the rest is resampled. */
export function jpegScale({ width, height }: Size): number {
  const shrink = Math.min(width, height);
  const scale = SCALES.find((candidate) => shrink >= candidate) ?? 1;
  // libjpeg's rounding could leave less than what is wanted.
  return scale > 1 && Math.floor(shrink) === scale ? scale / 2 : scale;
}
