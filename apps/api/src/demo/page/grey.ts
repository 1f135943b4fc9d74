/** Colours to grey as libvips does it: a weighted sum in linear light, brought back to sRGB by a table of 256 places. */
import type { Pixels } from './resample.js';

/** Of Rec. 709, which sRGB has its primaries from. */
const WEIGHTS = [0.2126, 0.7152, 0.0722] as const;

/** sRGB (IEC 61966-2-1), from 8 bits to linear light. */
const LINEAR = Float64Array.from({ length: 256 }, (_, value) => {
  const encoded = value / 255;
  return encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4;
});

/** And back, at 256 places of linear light; between two of them it is straight. */
const ENCODED = Float64Array.from({ length: 257 }, (_, place) => {
  const linear = Math.min(place, 255) / 255;
  return Math.round(255 * (linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055));
});

/** From three channels to one. */
export function toGrey({ width, height, data }: Pixels): Pixels {
  const grey = new Uint8Array(width * height);
  for (let place = 0; place < grey.length; place++) {
    const [red, green, blue] = data.subarray(3 * place, 3 * place + 3);
    const light = 255 * (WEIGHTS[0] * LINEAR[red] + WEIGHTS[1] * LINEAR[green] + WEIGHTS[2] * LINEAR[blue]);
    const below = Math.min(255, Math.floor(light));
    grey[place] = Math.round(ENCODED[below] + (ENCODED[below + 1] - ENCODED[below]) * (light - below));
  }
  return { width, height, channels: 1, data: grey };
}
