/**
 * Counter-based random numbers: a number is a function of a key and an index, never of what was drawn before, so that
 * a resumed run draws what an uninterrupted one would. Uses integer operations alone, so every machine agrees.
 */

/** The state of one stream: derived from a seed and the coordinates (purpose, step, layer …) that name the stream. */
export interface StreamKey {
  readonly first: number;
  readonly second: number;
}

/** Purposes that streams are kept apart by. */
export const STREAM = {
  initializer: 1,
  order: 2,
  dropout: 3,
  split: 4,
  noise: 5,
  augment: 6,
  pixels: 7,
  mixing: 8,
} as const;

const GOLDEN = 0x9e3779b9;

/** A bijection of 32-bit integers in which every input bit moves every output bit (multiply and xor-shift, twice). */
export function mix32(x: number): number {
  return mixInt32(x | 0) >>> 0;
}

/** The same bits as an integer with a sign, which V8 keeps in a register. */
function mixInt32(x: number): number {
  let h = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return h ^ (h >>> 15);
}

export function streamKey(seed: number, ...coordinates: readonly number[]): StreamKey {
  let first = mix32(seed + GOLDEN);
  let second = mix32(first ^ 0x85ebca6b);
  for (const coordinate of coordinates) {
    first = mix32(first ^ mix32(coordinate + GOLDEN));
    second = mix32(second + Math.imul(first, 0x2c1b3c6d) + coordinate);
  }
  return { first, second };
}

/** The 32-bit number at `index` (0 to 2³²−1) of a stream. */
export function uint32At(key: StreamKey, index: number): number {
  return mix32(mix32(index + key.first) ^ key.second);
}

/**
 * The bits of `uint32At` as an integer with a sign, of a key's two numbers as such (`| 0`): for millions of them, in two thirds of
 * the time.
 */
export function int32At(first: number, second: number, index: number): number {
  return mixInt32(mixInt32((index + first) | 0) ^ second);
}

/** A number in (0, 1) with 32 bits: never 0 and never 1, so that its logarithm is finite. */
export function uniformAt(key: StreamKey, index: number): number {
  return (uint32At(key, index) + 0.5) / 4294967296;
}
