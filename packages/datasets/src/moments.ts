/**
 * Sums of the pixels of each image and of their squares, per channel. They are whole numbers, so the mean and deviation
 * over any choice of images are exact, without another look at the pixels.
 */
import type { DatasetStats } from '@trainyard/contracts';

/** For each channel: the sum, and the sum of squares. */
export function momentCount(channels: number): number {
  return 2 * channels;
}

/** Of one image, uint8 [channels, height, width]; float64 [channels, 2] into `out` from `offset`. */
export function measureMoments(planar: Uint8Array, channels: number, out: Float64Array, offset = 0): void {
  const plane = planar.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    out[offset + 2 * channel] = 0;
    out[offset + 2 * channel + 1] = 0;
    const end = (channel + 1) * plane;
    for (let start = channel * plane; start < end; start += CHUNK) {
      addMoments(planar, start, Math.min(end, start + CHUNK), out, offset + 2 * channel);
    }
  }
}

/** So many squares of bytes are below 2^31 in sum, and whole numbers of 32 bits are added twice as fast as others. */
const CHUNK = 32_768;

function addMoments(planar: Uint8Array, start: number, end: number, out: Float64Array, offset: number): void {
  let sum = 0;
  let squares = 0;
  for (let index = start; index < end; index++) {
    const value = planar[index];
    sum = (sum + value) | 0;
    squares = (squares + Math.imul(value, value)) | 0;
  }
  out[offset] += sum;
  out[offset + 1] += squares;
}

const MAX_PIXEL = 255;

/** Mean and standard deviation of pixels in units of [0, 1], per channel; zeros where nothing was added. */
export class StatsSum {
  readonly #sums: Float64Array;
  readonly #planePixels: number;
  #images = 0;

  constructor(channels: number, planePixels: number) {
    this.#sums = new Float64Array(momentCount(channels));
    this.#planePixels = planePixels;
  }

  /** Takes what `measureMoments` found of an image, at `offset` of `moments`. */
  add(moments: Float64Array, offset: number): void {
    this.#images++;
    for (let place = 0; place < this.#sums.length; place++) this.#sums[place] += moments[offset + place];
  }

  result(): DatasetStats {
    const pixels = Math.max(1, this.#images * this.#planePixels);
    const channels = Array.from({ length: this.#sums.length / 2 }, (_, channel) => channel);
    const mean = channels.map((channel) => this.#sums[2 * channel] / pixels);
    const variance = channels.map((channel) => this.#sums[2 * channel + 1] / pixels - mean[channel] ** 2);
    return {
      mean: mean.map((value) => value / MAX_PIXEL),
      std: variance.map((value) => Math.sqrt(Math.max(0, value)) / MAX_PIXEL),
    };
  }
}
