/**
 * Saturation and hue, as one 3×3 matrix: the colour differences U and V of ITU-R BT.601 are stretched and turned, and the
 * brightness Y is kept. Saturation alone is torchvision's blend with the grey image; hue turns in YIQ and not in HSV.
 */
import type { Augmentation, ImageSize } from '@trainyard/contracts';
import type { Draws } from './draws.js';
import { clamped, LUMA } from './tone.js';

const [RED, GREEN, BLUE] = LUMA;
/** U = U_SCALE · (B - Y) and V = V_SCALE · (R - Y). */
const U_SCALE = 0.492;
const V_SCALE = 0.877;

/** Bits of an entry behind the point. */
const BITS = 14;
const HALF = 1 << (BITS - 1);

export function changesTint({ saturation, hue }: Augmentation, { channels }: ImageSize): boolean {
  return channels === 3 && (saturation > 0 || hue > 0);
}

/** Row by row, in units of 2⁻¹⁴. */
export type Tint = Int32Array;

export function fillTint(tint: Tint, { saturation, hue }: Augmentation, draws: Draws): void {
  const strength = 1 + draws.around('saturation', saturation);
  const angle = 2 * Math.PI * draws.around('hue', hue);
  const cosine = strength * Math.cos(angle);
  const sine = strength * Math.sin(angle);
  for (let input = 0; input < 3; input++) {
    const y = LUMA[input];
    const u = U_SCALE * ((input === 2 ? 1 : 0) - y);
    const v = V_SCALE * ((input === 0 ? 1 : 0) - y);
    const fromBlue = (cosine * u - sine * v) / U_SCALE;
    const fromRed = (sine * u + cosine * v) / V_SCALE;
    const fromGreen = -(RED * fromRed + BLUE * fromBlue) / GREEN;
    [fromRed, fromGreen, fromBlue].forEach((difference, output) => {
      tint[output * 3 + input] = Math.round((y + difference) * (1 << BITS));
    });
  }
}

/** Changes uint8 [3, H, W] in place. */
export function applyTint(pixels: Uint8Array, { width, height }: ImageSize, tint: Tint): void {
  const plane = width * height;
  const [rr, rg, rb, gr, gg, gb, br, bg, bb] = tint;
  for (let i = 0; i < plane; i++) {
    const red = pixels[i];
    const green = pixels[i + plane];
    const blue = pixels[i + 2 * plane];
    pixels[i] = clamped((rr * red + rg * green + rb * blue + HALF) >> BITS);
    pixels[i + plane] = clamped((gr * red + gg * green + gb * blue + HALF) >> BITS);
    pixels[i + 2 * plane] = clamped((br * red + bg * green + bb * blue + HALF) >> BITS);
  }
}
