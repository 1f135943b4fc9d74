/** Hashes in the order of some of their bits, so that those that agree in the first of these lie together. */
import { bitCount, HASH_WORDS, keyOf } from './perceptual-hash.js';

/** Hashes on either side that one is compared with. */
const WINDOW = 24;
/** So many are found at most. */
export const NEAR_MAX = 2 * WINDOW;

export class HashTable {
  readonly #bits: Uint32Array;
  readonly #keys: Uint32Array;
  readonly #places: Uint32Array;
  /** The two words of each hash, in the order of the table: what is compared lies together. */
  readonly #first: Int32Array;
  readonly #second: Int32Array;

  /** @param hashes [count, HASH_WORDS] @param bits Of the hashes, that make the keys */
  constructor(hashes: Uint32Array, bits: Uint32Array) {
    const count = hashes.length / HASH_WORDS;
    this.#bits = bits;
    // Key and place in one number: bare numbers are sorted many times quicker than by a function.
    const entries = new Float64Array(count);
    for (let place = 0; place < count; place++) {
      entries[place] = keyOf(hashes, place * HASH_WORDS, this.#bits) * count + place;
    }
    entries.sort();
    this.#keys = new Uint32Array(count);
    this.#places = new Uint32Array(count);
    this.#first = new Int32Array(count);
    this.#second = new Int32Array(count);
    for (let at = 0; at < count; at++) {
      this.#keys[at] = Math.floor(entries[at] / count);
      const place = entries[at] - this.#keys[at] * count;
      this.#places[at] = place;
      this.#first[at] = hashes[place * HASH_WORDS];
      this.#second[at] = hashes[place * HASH_WORDS + 1];
    }
  }

  /**
   * Of the hashes around where the given one is, or would be, puts the places of those that differ in at most so many bits
   * to `out`; says how many.
   */
  findNear(hash: Uint32Array, bitsMax: number, out: Uint32Array): number {
    const middle = this.#find(keyOf(hash, 0, this.#bits));
    const end = Math.min(this.#places.length, middle + WINDOW);
    const [first, second] = hash;
    const firsts = this.#first;
    const seconds = this.#second;
    let found = 0;
    for (let at = Math.max(0, middle - WINDOW); at < end; at++) {
      if (bitCount(firsts[at] ^ first) + bitCount(seconds[at] ^ second) <= bitsMax) out[found++] = this.#places[at];
    }
    return found;
  }

  #find(wanted: number): number {
    const keys = this.#keys;
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (keys[middle] < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
