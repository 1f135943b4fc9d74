/** 64 bits for each picture: on which side of random planes its coordinates lie. Near pictures differ in few bits. */
import { permutation } from '@trainyard/engine';
import { COORDINATES } from './coordinates.js';

export const HASH_BITS = 64;
export const HASH_WORDS = HASH_BITS / 32;

const SEED = 5;

/** Signs of the planes' directions, [HASH_BITS, COORDINATES]: random, and the same on every machine. */
const PLANES = Float32Array.from(permutation(HASH_BITS * COORDINATES, SEED, 0), (place) => (place % 2 ? 1 : -1));

/** Writes the HASH_WORDS words of the hash of the coordinates at `from` to `out` at `to`. */
export function writeHash(coordinates: Float32Array, from: number, out: Uint32Array, to: number): void {
  for (let word = 0; word < HASH_WORDS; word++) {
    let bits = 0;
    for (let bit = 0; bit < 32; bit++) {
      const plane = (word * 32 + bit) * COORDINATES;
      let side = 0;
      for (let at = 0; at < COORDINATES; at++) side += PLANES[plane + at] * coordinates[from + at];
      if (side > 0) bits |= 1 << bit;
    }
    out[to + word] = bits;
  }
}

/** Which of the bits make the key of table `table`: a different choice, in a different order, for each. */
export function keyBits(table: number, count: number): Uint32Array {
  return permutation(HASH_BITS, SEED, table + 1).subarray(0, count);
}

/** The chosen bits of a hash as a number. */
export function keyOf(hashes: Uint32Array, offset: number, bits: Uint32Array): number {
  let key = 0;
  for (let at = 0; at < bits.length; at++)
    key = (key << 1) | ((hashes[offset + (bits[at] >>> 5)] >>> (bits[at] & 31)) & 1);
  return key >>> 0;
}

/** How many bits of a 32-bit number are set, adding neighbours (Warren, Hacker's Delight, 5-1). */
export function bitCount(value: number): number {
  let sum = value - ((value >>> 1) & 0x55555555);
  sum = (sum & 0x33333333) + ((sum >>> 2) & 0x33333333);
  return Math.imul((sum + (sum >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
