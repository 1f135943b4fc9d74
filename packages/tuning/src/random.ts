/** Numbers that are a function of a key, so that a search does the same again wherever it is continued. */

/** The finalizer of MurmurHash3 (Appleby): each bit of the input changes half of the output's. */
function mix(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** The golden ratio's share of 2^32, as in splitmix (Steele, Lea and Flood, 2014). */
const STEP = 0x9e3779b9;

/** Draws numbers between 0 and 1, neither included. */
export type Random = () => number;

/** A stream of its own for each key of whole numbers and texts. */
export function randomOf(...key: readonly (number | string)[]): Random {
  let state = 0x243f6a88;
  for (const part of key) {
    const codes = typeof part === 'number' ? [part] : [...part].map((letter) => letter.codePointAt(0) ?? 0);
    for (const code of [codes.length, ...codes]) state = mix(state ^ mix(code + STEP));
  }
  return () => {
    state = (state + STEP) | 0;
    return ((mix(state) >>> 0) + 0.5) / 2 ** 32;
  };
}

/** A number of the standard normal distribution (Box and Muller, 1958). */
export function normalFrom(random: Random): number {
  return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
}

/** The place that a draw has among weights that add up to 1. */
export function placeFrom(random: Random, weights: readonly number[]): number {
  let rest = random();
  for (let place = 0; place < weights.length - 1; place++) {
    rest -= weights[place];
    if (rest < 0) return place;
  }
  return weights.length - 1;
}
