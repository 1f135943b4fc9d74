/** Chooses the size that a data set is packed in when nothing else is asked for. */
import type { ImageOptions } from '@trainyard/contracts';
import { DEFAULT_FIT, type PackedImage } from './packed-image.js';

/** Used where the images have no common size, or one that is too large to train on without saying so. */
const FALLBACK_SIDE = 64;
const COMMON_SIDE_MAX = 256;
const COMMON_SHARE = 0.5;
const SIDE_MAX = 1024;

interface Size {
  width: number;
  height: number;
}

/** Counts the images of each size, and whether all are grey. */
export class ImageSizes {
  readonly #counts = new Map<string, { size: Size; count: number }>();
  #total = 0;
  #isGrey = true;

  add({ width, height }: Size, isGrey: boolean): void {
    this.#total++;
    this.#isGrey &&= isGrey;
    const key = `${width}x${height}`;
    const entry = this.#counts.get(key);
    if (entry) entry.count++;
    else this.#counts.set(key, { size: { width, height }, count: 1 });
  }

  /** The options win; then the size that at least half of the images have; then 64x64. Grey images stay grey. */
  choose(options: ImageOptions = {}): PackedImage {
    const common = this.#commonSize() ?? { width: FALLBACK_SIDE, height: FALLBACK_SIDE };
    return {
      ...chooseSides(common, options),
      channels: options.channels ?? (this.#isGrey ? 1 : 3),
      fit: options.fit ?? DEFAULT_FIT,
    };
  }

  #commonSize(): Size | null {
    const [first] = [...this.#counts.values()].sort((a, b) => b.count - a.count);
    if (!first || first.count < COMMON_SHARE * this.#total) return null;
    return Math.max(first.size.width, first.size.height) <= COMMON_SIDE_MAX ? first.size : null;
  }
}

/** A side that is left out follows the other in the proportion of the images. */
function chooseSides(common: Size, { width, height }: ImageOptions): Size {
  if (width !== undefined && height !== undefined) return { width, height };
  if (width !== undefined) return { width, height: asSide((width * common.height) / common.width) };
  if (height !== undefined) return { width: asSide((height * common.width) / common.height), height };
  return common;
}

function asSide(pixels: number): number {
  return Math.min(SIDE_MAX, Math.max(1, Math.round(pixels)));
}
