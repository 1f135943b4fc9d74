/** 64 bits for each picture: on which side of random planes its coordinates lie. Near pictures differ in few bits. */
import { COORDINATES } from './coordinates.js';

export const HASH_BITS = 64;
export const HASH_WORDS = HASH_BITS / 32;

export interface HashPlan {
  /** Signs of the planes' directions, [HASH_BITS, COORDINATES]. */
  planes: Float32Array;
  /** For each table the bits that make its key: a different choice, in a different order, for each. */
  keys: readonly Uint32Array[];
}

/** Writes the HASH_WORDS words of the hash of the coordinates at `from` to `out` at `to`. */
export function writeHash(
  planes: Float32Array,
  coordinates: Float32Array,
  from: number,
  out: Uint32Array,
  to: number,
): void {
  for (let word = 0; word < HASH_WORDS; word++) {
    let bits = 0;
    for (let bit = 0; bit < 32; bit++) {
      const plane = (word * 32 + bit) * COORDINATES;
      let side = 0;
      for (let at = 0; at < COORDINATES; at++) side += planes[plane + at] * coordinates[from + at];
      if (side > 0) bits |= 1 << bit;
    }
    out[to + word] = bits;
  }
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
