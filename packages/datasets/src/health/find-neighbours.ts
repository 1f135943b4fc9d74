/**
 * The nearest pictures of each, found without comparing all with all: multi-index hashing. Every table puts the hashes in
 * the order of some of their bits; pictures that agree in the first of them lie together and are compared. What one table
 * keeps apart another brings together.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImageSize } from '@trainyard/contracts';
import { COORDINATES, CoordinateSpace, type Shift } from './coordinates.js';
import { THUMBNAIL_SIDE } from './features.js';
import { HashTable, NEAR_MAX } from './hash-table.js';
import { Neighbours } from './neighbours.js';
import { HASH_WORDS, type HashPlan, writeHash } from './perceptual-hash.js';
import type { Thumbnails } from './thumbnails.js';

/** Of the 64 bits of a hash, those that copies may differ in: as they lie, and moved so that they lie on each other. */
const BITS_MAX = 16;
const BITS_MAX_MOVED = 9;

/** Pictures that are looked at before others have their turn. */
export const PER_TURN = 2048;
/** Half a pixel is what resizing moves a picture by; from this side on it is too little to matter. */
const SHIFTED_SIDE_MAX = 48;
const SHIFT_PIXELS = 0.5;

/** The process stays responsive meanwhile. */
export async function findNeighbours(
  thumbnails: Thumbnails,
  { image, plan, size }: { image: ImageSize; plan: HashPlan; size: number },
): Promise<Neighbours> {
  const count = thumbnails.images.length;
  const neighbours = new Neighbours(count, size);
  if (count < 2) return neighbours;
  const space = new CoordinateSpace(thumbnails);
  const located = new Float32Array(count * COORDINATES);
  const hashes = new Uint32Array(count * HASH_WORDS);
  for (let place = 0; place < count; place++) {
    space.locate(place, { x: 0, y: 0 }, located, place * COORDINATES);
    writeHash(plan.planes, located, place * COORDINATES, hashes, place * HASH_WORDS);
  }
  const tables = plan.keys.map((bits) => new HashTable(hashes, bits));
  const search = { space, planes: plan.planes, located, hashes, tables, neighbours };
  await searchAround(search, { x: 0, y: 0 }, BITS_MAX);
  const shift = halfPixel(image);
  if (shift) await searchAround(search, shift, BITS_MAX_MOVED);
  return neighbours;
}

interface Search {
  space: CoordinateSpace;
  planes: Float32Array;
  /** Of all pictures, [count, COORDINATES] and [count, HASH_WORDS]. */
  located: Float32Array;
  hashes: Uint32Array;
  tables: readonly HashTable[];
  neighbours: Neighbours;
}

/** Compares every picture, moved a little, with those that lie around it in each table. */
async function searchAround(
  { space, planes, located, hashes, tables, neighbours }: Search,
  shift: Shift,
  bitsMax: number,
): Promise<void> {
  const probe = new Float32Array(COORDINATES);
  const hash = new Uint32Array(HASH_WORDS);
  const near = new Uint32Array(NEAR_MAX);
  const isMoved = shift.x !== 0 || shift.y !== 0;
  for (let place = 0; place < neighbours.counts.length; place++) {
    if (place % PER_TURN === 0) await nextTurn();
    if (isMoved) {
      space.locate(place, shift, probe);
      writeHash(planes, probe, 0, hash, 0);
    } else {
      probe.set(located.subarray(place * COORDINATES, (place + 1) * COORDINATES));
      hash.set(hashes.subarray(place * HASH_WORDS, (place + 1) * HASH_WORDS));
    }
    for (const table of tables) {
      const found = table.findNear(hash, bitsMax, near);
      for (let at = 0; at < found; at++) {
        const other = near[at];
        // Where nothing is moved, each of two pictures finds the other.
        if (isMoved ? other === place : other <= place) continue;
        const nearness = product(probe, located, other * COORDINATES);
        neighbours.offer(place, other, nearness);
        neighbours.offer(other, place, nearness);
      }
    }
  }
}

function product(probe: Float32Array, located: Float32Array, offset: number): number {
  let sum = 0;
  for (let at = 0; at < COORDINATES; at++) sum += probe[at] * located[offset + at];
  return sum;
}

/**
 * By half a pixel down and to the right: so much libvips moves what it makes larger. Both of two pictures look for each
 * other, so that the opposite is covered too.
 */
function halfPixel({ width, height }: ImageSize): Shift | null {
  if (Math.min(width, height) > SHIFTED_SIDE_MAX) return null;
  return {
    x: Math.min(1, (SHIFT_PIXELS * THUMBNAIL_SIDE) / width),
    y: Math.min(1, (SHIFT_PIXELS * THUMBNAIL_SIDE) / height),
  };
}
