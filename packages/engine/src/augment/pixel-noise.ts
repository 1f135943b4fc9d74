/** Gaussian noise on pixels, from a table of the normal distribution's quantiles. */
import { clamped } from './tone.js';

/** Two numbers of so many bits come out of one that is drawn. */
const BITS = 12;
const COUNT = 1 << BITS;
const MASK = COUNT - 1;

/** @returns what is added to a pixel: the middles of 4096 parts that are equally likely, up to 3.67 deviations */
export function noiseTable(deviation: number): Float32Array {
  const table = new Float32Array(COUNT);
  let quantile = 0;
  for (let i = COUNT / 2; i < COUNT; i++) {
    quantile = nextQuantile((i + 0.5) / COUNT, quantile);
    table[i] = quantile * deviation;
    table[COUNT - 1 - i] = -quantile * deviation;
  }
  return table;
}

const NEWTON_STEPS = 6;

/** Newton's method from a smaller quantile: above the median the distribution is concave, so that it never oversteps. */
function nextQuantile(probability: number, from: number): number {
  let x = from;
  for (let step = 0; step < NEWTON_STEPS; step++) x += (probability - distribution(x)) / density(x);
  return x;
}

function density(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** Φ(x) = 1/2 + φ(x) · (x + x³/3 + x⁵/(3·5) + …), the series of Marsaglia 2004 (J. Stat. Software 11(4)). */
function distribution(x: number): number {
  let term = x;
  let sum = x;
  for (let odd = 3; term > 1e-17 * sum; odd += 2) {
    term *= (x * x) / odd;
    sum += term;
  }
  return 0.5 + density(x) * sum;
}

/** Changes pixels in place. */
export function addNoise(pixels: Uint8Array, table: Float32Array, drawn: (index: number) => number): void {
  for (let i = 0; i < pixels.length; i += 2) {
    const bits = drawn(i >>> 1);
    pixels[i] = clamped(Math.floor(pixels[i] + table[bits & MASK] + 0.5));
    if (i + 1 < pixels.length) {
      pixels[i + 1] = clamped(Math.floor(pixels[i + 1] + table[(bits >>> BITS) & MASK] + 0.5));
    }
  }
}
