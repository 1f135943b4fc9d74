/**
 * Resizes pixels as libvips does it at ingest: along each axis first whole blocks of pixels are averaged, until no more
 * than a factor of two to four is left, then a Lanczos kernel of three lobes takes that. Enlarging is bicubic (Catmull and Rom).
 */
import type { Placement } from './placement.js';

/** uint8 [height, width, channels]. */
export interface Pixels {
  width: number;
  height: number;
  channels: number;
  data: Uint8Array;
}

/** libvips knows kernels at so many places between two pixels. */
const PLACES = 64;
/** What the averaging of blocks leaves to the kernel, at least. */
const GAP = 2;

export function resize(pixels: Pixels, { shrink, resized }: Placement): Pixels {
  const vertical = resizeAxis(pixels, 'height', shrink.height, resized.height);
  return resizeAxis(vertical, 'width', shrink.width, resized.width);
}

type Axis = 'width' | 'height';

function resizeAxis(pixels: Pixels, axis: Axis, shrink: number, size: number): Pixels {
  if (shrink < 1) return sample(pixels, axis, tapsOf({ from: pixels[axis], size, step: shrink, kernel: CUBIC }));
  // Pixels that do not make up another one are left out evenly at both ends.
  const beyond = size * shrink - pixels[axis];
  const block = Math.max(1, Math.floor(shrink / GAP));
  const averaged = block === 1 ? pixels : sample(pixels, axis, blocksOf(pixels[axis], block));
  const step = shrink / block;
  if (step === 1) return averaged;
  return sample(
    averaged,
    axis,
    tapsOf({ from: averaged[axis], size, step, shift: -beyond / block / 2, kernel: LANCZOS3 }),
  );
}

/** For each pixel of the result: the first pixel that it is made of, which may lie outside, and the weights from there on. */
interface Tap {
  first: number;
  weights: Float64Array;
}

interface Kernel {
  lobes: number;
  at: (x: number) => number;
}

const LANCZOS3: Kernel = {
  lobes: 3,
  at: (x) => (Math.abs(x) >= 3 ? 0 : sinc(x) * sinc(x / 3)),
};

/** Keys' cubic convolution with a = -1/2. */
const CUBIC: Kernel = {
  lobes: 2,
  at: (x) => {
    const d = Math.abs(x);
    if (d >= 2) return 0;
    return d < 1 ? (1.5 * d - 2.5) * d * d + 1 : ((-0.5 * d + 2.5) * d - 4) * d + 2;
  },
};

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

interface TapOptions {
  from: number;
  size: number;
  /** Pixels of the source between two of the result. */
  step: number;
  /** Of the source, to the right. */
  shift?: number;
  kernel: Kernel;
}

function tapsOf({ size, step, shift = 0, kernel }: TapOptions): Tap[] {
  const width = Math.max(step, 1);
  const reach = Math.ceil(kernel.lobes * width);
  return Array.from({ length: size }, (_, place) => {
    const centre = Math.round(((place + 0.5) * step - 0.5 + shift) * PLACES) / PLACES;
    const first = Math.floor(centre) - reach + 1;
    const weights = Float64Array.from({ length: 2 * reach }, (_, k) => kernel.at((first + k - centre) / width));
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

function blocksOf(from: number, block: number): Tap[] {
  const weights = new Float64Array(block).fill(1 / block);
  return Array.from({ length: Math.ceil(from / block) }, (_, place) => ({ first: place * block, weights }));
}

/** Beyond an edge its last pixel goes on. */
function sample({ width, height, channels, data }: Pixels, axis: Axis, taps: readonly Tap[]): Pixels {
  const across = axis === 'width' ? height : width;
  const from = axis === 'width' ? width : height;
  const result = { width, height, channels, [axis]: taps.length };
  const out = new Uint8Array(result.width * result.height * channels);
  const [along, stride] = axis === 'width' ? [channels, width * channels] : [width * channels, channels];
  const [outAlong, outStride] = axis === 'width' ? [channels, result.width * channels] : [width * channels, channels];
  for (const [place, { first, weights }] of taps.entries()) {
    const places = Int32Array.from(weights, (_, k) => along * Math.min(Math.max(first + k, 0), from - 1));
    for (let line = 0; line < across; line++) {
      for (let channel = 0; channel < channels; channel++) {
        const start = line * stride + channel;
        let sum = 0.5;
        for (let k = 0; k < weights.length; k++) sum += weights[k] * data[start + places[k]];
        out[line * outStride + place * outAlong + channel] = sum < 0 ? 0 : sum > 255 ? 255 : sum;
      }
    }
  }
  return { ...result, data: out };
}
