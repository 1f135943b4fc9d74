/**
 * The nearest pictures of each, found without comparing all with all: multi-index hashing. Every table puts the hashes in
 * the order of some of their bits; pictures that agree in the first of them lie together and are compared. What one table
 * keeps apart another brings together.
 */
import type { ImageSize } from '@trainyard/contracts';
import { COORDINATES, CoordinateSpace, type Shift } from './coordinates.js';
import { THUMBNAIL_SIDE } from './features.js';
import { Neighbours } from './neighbours.js';
import { HASH_WORDS, keyBits, keyOf, writeHash } from './perceptual-hash.js';
import type { Thumbnails } from './thumbnails.js';

const TABLES = 16;
/** Pictures on either side that one is compared with in each table. */
const WINDOW = 16;
/** More than tell the places apart: where pictures crowd, those that agree in more bits still lie closer together. */
const KEY_BITS = 32;

/** Half a pixel is what resizing moves a picture by; from this side on it is too little to matter. */
const SHIFTED_SIDE_MAX = 48;
const SHIFT_PIXELS = 0.5;

export function findNeighbours(thumbnails: Thumbnails, image: ImageSize, size: number): Neighbours {
  const count = thumbnails.images.length;
  const neighbours = new Neighbours(count, size);
  if (count < 2) return neighbours;
  const space = new CoordinateSpace(thumbnails);
  const located = new Float32Array(count * COORDINATES);
  const hashes = new Uint32Array(count * HASH_WORDS);
  for (let place = 0; place < count; place++) {
    space.locate(place, { x: 0, y: 0 }, located, place * COORDINATES);
    writeHash(located, place * COORDINATES, hashes, place * HASH_WORDS);
  }
  const tables = Array.from({ length: TABLES }, (_, table) => new Table(hashes, table));
  const probe = new Float32Array(COORDINATES);
  const hash = new Uint32Array(HASH_WORDS);
  for (const shift of shiftsOf(image)) {
    for (let place = 0; place < count; place++) {
      space.locate(place, shift, probe);
      writeHash(probe, 0, hash, 0);
      for (const table of tables) {
        table.around(hash, (other) => {
          if (other === place) return;
          const nearness = product(probe, located, other * COORDINATES);
          neighbours.offer(place, other, nearness);
          neighbours.offer(other, place, nearness);
        });
      }
    }
  }
  return neighbours;
}

function product(probe: Float32Array, located: Float32Array, offset: number): number {
  let sum = 0;
  for (let at = 0; at < COORDINATES; at++) sum += probe[at] * located[offset + at];
  return sum;
}

/** Both of two pictures look for each other, so that of two opposite shifts one is enough. */
function shiftsOf({ width, height }: ImageSize): Shift[] {
  const shifts = [{ x: 0, y: 0 }];
  if (Math.min(width, height) > SHIFTED_SIDE_MAX) return shifts;
  const x = Math.min(1, (SHIFT_PIXELS * THUMBNAIL_SIDE) / width);
  const y = Math.min(1, (SHIFT_PIXELS * THUMBNAIL_SIDE) / height);
  return [...shifts, { x, y: 0 }, { x: 0, y }, { x, y }, { x, y: -y }];
}

/** Hashes in the order of a key of some of their bits. */
class Table {
  readonly #bits: Uint32Array;
  /** Key and place in one number, for a sort that is quick: key * places + place. */
  readonly #entries: Float64Array;

  constructor(hashes: Uint32Array, table: number) {
    const places = hashes.length / HASH_WORDS;
    this.#bits = keyBits(table, KEY_BITS);
    this.#entries = new Float64Array(places);
    for (let place = 0; place < places; place++) {
      this.#entries[place] = keyOf(hashes, place * HASH_WORDS, this.#bits) * places + place;
    }
    this.#entries.sort();
  }

  /** Visits the places on either side of where a hash is, or would be, in the order. */
  around(hash: Uint32Array, visit: (place: number) => void): void {
    const places = this.#entries.length;
    const middle = this.#find(keyOf(hash, 0, this.#bits) * places);
    const end = Math.min(places, middle + WINDOW);
    for (let at = Math.max(0, middle - WINDOW); at < end; at++) visit(this.#entries[at] % places);
  }

  #find(wanted: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#entries[middle] < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
