/** Gaussian noise on pixels, from a pool of the normal distribution's quantiles. */

import { permutation } from '../random/permutation.js';
import { clamped } from './tone.js';

/** Quantiles of the distribution. */
const COUNT = 4096;
const POOL = 65536;
const FRACTION_BITS = 4;
const HALF = 1 << (FRACTION_BITS - 1);

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

/** Numbers of 2⁻⁴ levels. */
export type NoisePool = Int16Array;

/**
 * Sixteen times as many numbers as there are quantiles, each quantile as often, in an order without order: rows of pixels
 * take theirs from places that are drawn, which is much faster than to draw each.
 */
export function noisePool(deviation: number): NoisePool {
  const table = noiseTable(deviation);
  return Int16Array.from(permutation(POOL, 0, 0), (place) => Math.round(table[place % COUNT] * (1 << FRACTION_BITS)));
}

/** Changes uint8 [C, H, W] in place. */
export function addNoise(pixels: Uint8Array, width: number, pool: NoisePool, drawn: (index: number) => number): void {
  const rows = pixels.length / width;
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const from = drawn(row);
    for (let x = 0; x < width; x++) {
      const noise = pool[(from + x) & (POOL - 1)];
      pixels[at] = clamped(((pixels[at] << FRACTION_BITS) + noise + HALF) >> FRACTION_BITS);
      at += 1;
    }
  }
}
