/**
 * Resizes pixels as libvips does it at ingest: along each axis first whole blocks of pixels are averaged, until no more
 * than a factor of two to four is left, then a Lanczos kernel of three lobes takes that. Enlarging is bicubic (Catmull and Rom).
 */
import type { Placement, Size } from './placement.js';

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
  const lower = reduce(pixels, 'height', shrink.height, resized.height);
  const reduced = reduce(lower, 'width', shrink.width, resized.width);
  return shrink.width < 1 || shrink.height < 1 ? enlarge(reduced, { shrink, resized }) : reduced;
}

/** Means of square blocks of pixels; what makes up no whole block at the right and below is left out. */
export function averageBlocks(pixels: Pixels, block: number): Pixels {
  const whole = (axis: Axis) => blocksOf(pixels[axis], block).slice(0, Math.max(1, Math.floor(pixels[axis] / block)));
  return sample(sample(pixels, 'height', whole('height')), 'width', whole('width'));
}

type Axis = 'width' | 'height';

/** Along an axis that gets shorter; others stay. */
function reduce(pixels: Pixels, axis: Axis, shrink: number, size: number): Pixels {
  if (shrink <= 1) return pixels;
  // Pixels that do not make up another one are left out evenly at both ends.
  const beyond = size * shrink - pixels[axis];
  const block = Math.max(1, Math.floor(shrink / GAP));
  const averaged = block === 1 ? pixels : sample(pixels, axis, blocksOf(pixels[axis], block));
  const step = shrink / block;
  if (step === 1) return averaged;
  const start = 0.5 * step - 0.5 - beyond / block / 2;
  return sample(averaged, axis, tapsOf({ size, step, start, kernel: LANCZOS3 }));
}

/**
 * Along both axes at once: one that does not get longer is sampled too. libvips begins half a pixel before the first one,
 * whatever the step.
 */
function enlarge(pixels: Pixels, { shrink, resized }: Pick<Placement, 'shrink' | 'resized'>): Pixels {
  const taps = (axis: Axis) =>
    tapsOf({ size: resized[axis], step: Math.min(1, shrink[axis]), start: -0.5, kernel: CUBIC });
  const wider = sample(pixels, 'width', taps('width'), Int16Array);
  return sample(wider, 'height', taps('height'));
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
  size: number;
  /** Pixels of the source between two of the result. */
  step: number;
  /** Where in the source the middle of the first pixel lies. */
  start: number;
  kernel: Kernel;
}

function tapsOf({ size, step, start, kernel }: TapOptions): Tap[] {
  const width = Math.max(step, 1);
  const reach = Math.ceil(kernel.lobes * width);
  return Array.from({ length: size }, (_, place) => {
    const centre = Math.round((place * step + start) * PLACES) / PLACES;
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

/** Between the two passes of the bicubic, numbers may lie beyond black and white. */
interface Samples extends Omit<Pixels, 'data'> {
  data: Uint8Array | Int16Array;
}

/** Beyond an edge its last pixel goes on. */
function sample(samples: Samples, axis: Axis, taps: readonly Tap[]): Pixels;
function sample(samples: Samples, axis: Axis, taps: readonly Tap[], type: typeof Int16Array): Samples;
function sample(
  { width, height, channels, data }: Samples,
  axis: Axis,
  taps: readonly Tap[],
  type: typeof Int16Array | typeof Uint8ClampedArray = Uint8ClampedArray,
): Samples {
  const size = { width, height };
  const result = { ...size, [axis]: taps.length };
  const out = new type(result.width * result.height * channels);
  const [along, lines, stride] = stepsOf(size, axis, channels);
  const [outAlong, , outStride] = stepsOf(result, axis, channels);
  for (const [place, { first, weights }] of taps.entries()) {
    const places = Int32Array.from(weights, (_, k) => along * Math.min(Math.max(first + k, 0), size[axis] - 1));
    for (let line = 0; line < lines; line++) {
      for (let channel = 0; channel < channels; channel++) {
        const start = line * stride + channel;
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k] * data[start + places[k]];
        out[line * outStride + place * outAlong + channel] = Math.round(sum);
      }
    }
  }
  return { ...result, channels, data: out instanceof Int16Array ? out : new Uint8Array(out.buffer) };
}

/** From one pixel to the next along an axis; how many lines lie along it, and from one of them to the next. */
function stepsOf({ width, height }: Size, axis: Axis, channels: number): [number, number, number] {
  return axis === 'width' ? [channels, height, width * channels] : [width * channels, width, channels];
}
