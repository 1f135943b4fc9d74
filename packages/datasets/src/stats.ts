/** Mean and standard deviation of pixel values, per channel, exact whatever the number of images. */
import type { DatasetStats } from '@trainyard/contracts';

const VALUES = 256;

/** Counts how often each value occurs in each channel; sums of the counts are exact in doubles. */
export class PixelStats {
  readonly #counts: Float64Array[];

  constructor(channels: number) {
    this.#counts = Array.from({ length: channels }, () => new Float64Array(VALUES));
  }

  /** Takes the pixels of one image, uint8 [channels, height, width]. */
  add(planar: Uint8Array): void {
    const plane = planar.length / this.#counts.length;
    this.#counts.forEach((counts, channel) => {
      const end = (channel + 1) * plane;
      for (let index = channel * plane; index < end; index++) counts[planar[index]]++;
    });
  }

  /** In units of [0, 1]; zeros where nothing was added. */
  result(): DatasetStats {
    const moments = this.#counts.map(momentsOf);
    return { mean: moments.map(({ mean }) => mean), std: moments.map(({ std }) => std) };
  }
}

function momentsOf(counts: Float64Array): { mean: number; std: number } {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return { mean: 0, std: 0 };
  const mean = counts.reduce((sum, count, value) => sum + count * value, 0) / total;
  const variance = counts.reduce((sum, count, value) => sum + count * (value - mean) ** 2, 0) / total;
  return { mean: mean / (VALUES - 1), std: Math.sqrt(variance) / (VALUES - 1) };
}
