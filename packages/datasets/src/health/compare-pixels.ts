/** Compares pairs of images pixel by pixel; of the pixels, so much is held at once as a budget allows. */
import { pixelBytes } from '../packed-image.js';
import type { DescribedImages } from './described-images.js';
import { PixelFit } from './pixel-fit.js';

const BUDGET_BYTES = 64 * 1024 ** 2;

/** How far the two images of each pair differ, from 0 to 1. */
export async function compareAllPixels(
  images: DescribedImages,
  pairs: readonly { first: number; second: number }[],
): Promise<number[]> {
  const fit = new PixelFit(images.image);
  const size = pixelBytes(images.image);
  const atOnce = Math.max(1, Math.floor(BUDGET_BYTES / (2 * size)));
  const differences: number[] = [];
  for (let start = 0; start < pairs.length; start += atOnce) {
    const some = pairs.slice(start, start + atOnce);
    const wanted = [...new Set(some.flatMap(({ first, second }) => [first, second]))].sort((a, b) => a - b);
    const pixels = new Uint8Array(wanted.length * size);
    await images.readPixels(wanted, pixels);
    const offsets = new Map(wanted.map((index, place) => [index, place * size]));
    for (const { first, second } of some) {
      differences.push(fit.difference(pixels, offsets.get(first)!, offsets.get(second)!));
    }
  }
  return differences;
}
