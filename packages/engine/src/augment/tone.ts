/** Brightness and contrast, as one table of what becomes of each value (torchvision's ColorJitter, without its clipping in between). */
import type { Augmentation, ImageSize } from '@trainyard/contracts';
import type { Draws } from './draws.js';

/** Parts of red, green and blue in grey (ITU-R BT.601). */
export const LUMA = [0.299, 0.587, 0.114] as const;

const VALUES = 256;

/** The table that leaves all as it is. */
export const IDENTITY = Uint8Array.from({ length: VALUES }, (_, value) => value);

export function changesTone({ brightness, contrast }: Augmentation): boolean {
  return brightness > 0 || contrast > 0;
}

/** b · (c · v + (1 - c) · m), for the brightness b, the contrast c and the mean grey m of the image. */
export function fillTone(
  table: Uint8Array,
  { brightness, contrast }: Augmentation,
  draws: Draws,
  meanGrey: () => number,
): void {
  const bright = 1 + draws.around('brightness', brightness);
  const strong = 1 + draws.around('contrast', contrast);
  const slope = bright * strong;
  const offset = (strong === 1 ? 0 : bright * (1 - strong) * meanGrey()) + 0.5;
  for (let value = 0; value < VALUES; value++) table[value] = clamped(Math.floor(slope * value + offset));
}

export function clamped(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/** Of uint8 [C, H, W]. */
export function meanGreyOf(pixels: Uint8Array, { width, height, channels }: ImageSize): number {
  const plane = width * height;
  let grey = 0;
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    for (let i = channel * plane; i < (channel + 1) * plane; i++) sum += pixels[i];
    grey += (channels === 1 ? 1 : LUMA[channel]) * sum;
  }
  return grey / plane;
}
