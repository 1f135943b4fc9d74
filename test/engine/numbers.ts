// Numbers for tests: random ones that a printed seed gives again, and how far two lists are apart.
import { streamKey, uniformAt } from '../../packages/engine/src/random/counter.js';
import type { Numbers } from './session.js';

/** Draws `count` numbers; `stream` keeps the lists of one seed apart. */
export type Draw = (seed: number, stream: number, count: number) => Float64Array;

/** Steps in which the numbers come, so that sums of their products are exact in float32. */
const GRAIN = 64;

function uniform(low: number, high: number): Draw {
  return (seed, stream, count) => {
    const key = streamKey(seed, 1000, stream);
    return Float64Array.from({ length: count }, (_, i) => onGrid(low + (high - low) * uniformAt(key, i)));
  };
}

function onGrid(x: number): number {
  return Math.round(x * GRAIN) / GRAIN;
}

/** From −2 to 2. */
export const anyNumbers = uniform(-2, 2);
/** From 0.5 to 2.5. */
export const positive = uniform(0.5, 2.5);

/** From −2.25 to 2.25, but at least 0.25 away from 0. */
export const awayFromZero: Draw = (seed, stream, count) =>
  anyNumbers(seed, stream, count).map((x) => x + (x < 0 ? -0.25 : 0.25));

/** Odd multiples of 0.25 from −2.25 to 2.25: at least 0.25 away from what `evenSteps` draws, and from every half. */
export const oddSteps: Draw = (seed, stream, count) =>
  anyNumbers(seed, stream, count).map((x) => Math.floor(2 * x) / 2 + 0.25);

/** Multiples of 0.5 from −2 to 2. */
export const evenSteps: Draw = (seed, stream, count) =>
  anyNumbers(seed, stream, count).map((x) => Math.round(2 * x) / 2);

/** No two closer than 0.25, in random order. */
export const apart: Draw = (seed, stream, count) => {
  const order = anyNumbers(seed, stream, count).map((x, i) => x * 4 + uniformAt(streamKey(seed, stream), i));
  const ranks = Array.from(order.keys()).sort((a, b) => order[a] - order[b]);
  const values = new Float64Array(count);
  ranks.forEach((place, rank) => {
    values[place] = (rank - Math.floor(count / 2)) / 4;
  });
  return values;
};

/** Zeros and ones. */
export const flags: Draw = (seed, stream, count) => anyNumbers(seed, stream, count).map((x) => (x > 0 ? 1 : 0));

/**
 * The largest difference of two lists, as a share of the largest number of the second.
 *
 * @param floor what is taken for that largest number where it is smaller
 */
export function relativeError(actual: Numbers, expected: Numbers, floor = Number.MIN_VALUE): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const here = Math.abs(actual[i] - expected[i]);
    if (!(here <= Number.MAX_VALUE)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, here);
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return difference === 0 ? 0 : difference / Math.max(largest, floor);
}
