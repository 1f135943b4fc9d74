/**
 * Which pictures are nearly the same. In some data sets all pictures are much alike (digits, X-rays), in others none are
 * (photos), so that no one distance tells copies from the rest. A copy is what lies far nearer than the pictures that come
 * next, seen from both sides; or what differs in next to nothing.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PER_TURN } from './find-neighbours.js';
import type { Neighbours } from './neighbours.js';
import { ThumbnailFit } from './thumbnail-fit.js';
import type { Thumbnails } from './thumbnails.js';

/** How often chance may bring two pictures so near that either looks like a copy from the other's side. */
const CHANCE = 1 / 64;
/** The nearest copy may be at most so far away, as a part of the next picture's distance, whatever chance allows. */
const SHARE_MAX = 0.6;
/** Used where there are too few pictures to see what chance does. */
const SHARE_DEFAULT = 0.35;
const PICTURES_MIN = 30;
const UNEXPLAINED_MAX = 0.2;
/** More pictures than this that lie close together are a kind of picture, not copies of one. */
const COPIES_MAX = 5;
/** Pictures that leave so little unexplained may be copies whatever comes next; their pixels decide. */
const UNEXPLAINED_SURE = 0.004;
/** Pictures further apart than this say nothing about how near the next usually is. */
const UNEXPLAINED_FAR = 0.45;

/** Cosine of the coordinates; copies are nearer. */
const NEARNESS_MIN = 0.8;
const SAMPLE = 1000;

/** Two pictures that may be copies, by their places: among the thumbnails, or in the data set. */
export interface NearPair {
  first: number;
  second: number;
  /** They stand out from the pictures around them. */
  isClear: boolean;
  /** The nearest picture of each that is no copy of it; null where there is none near. */
  nextToFirst: number | null;
  nextToSecond: number | null;
}

export async function findNearPairs(thumbnails: Thumbnails, neighbours: Neighbours): Promise<NearPair[]> {
  const unexplained = await rankNeighbours(thumbnails, neighbours);
  const shareMax = allowedShare(unexplained, neighbours);
  const count = thumbnails.images.length;
  const seen = new Map<number, Side>();
  const pairs: Judged[] = [];
  for (let place = 0; place < count; place++) {
    for (const { other, ...side } of copiesOf(place, neighbours, unexplained)) {
      const key = Math.min(place, other) * count + Math.max(place, other);
      const opposite = seen.get(key);
      if (!opposite) seen.set(key, side);
      else if (place > other) pairs.push(...judge(other, place, side, opposite, shareMax));
    }
  }
  const copies = new Map<number, Set<number>>();
  for (const { first, second } of pairs) {
    addTo(copies, first, second);
    addTo(copies, second, first);
  }
  return pairs
    .sort((a, b) => a.first - b.first || a.second - b.second)
    .map((pair) => ({
      ...pair,
      nextToFirst: nextBehind(pair.first, neighbours, copies),
      nextToSecond: nextBehind(pair.second, neighbours, copies),
    }));
}

type Judged = Pick<NearPair, 'first' | 'second' | 'isClear'>;

function addTo(copies: Map<number, Set<number>>, of: number, copy: number): void {
  const known = copies.get(of);
  if (known) known.add(copy);
  else copies.set(of, new Set([copy]));
}

function nextBehind(place: number, { places, counts, size }: Neighbours, copies: Map<number, Set<number>>) {
  const around = places.subarray(place * size, place * size + counts[place]);
  return around.find((other) => !copies.get(place)?.has(other)) ?? null;
}

/** How a picture looks from another one. */
interface Side {
  unexplained: number;
  /** `unexplained`, as a part of that of the first picture behind the copies. */
  share: number;
}

/** The worse picture of two, a small one made larger, explains little of the better, so that sides are taken together. */
function judge(first: number, second: number, one: Side, other: Side, shareMax: number): Judged[] {
  const unexplained = Math.sqrt(one.unexplained * other.unexplained);
  const isClear = unexplained <= UNEXPLAINED_MAX && Math.sqrt(one.share * other.share) <= shareMax;
  const isSure = Math.max(one.unexplained, other.unexplained) <= UNEXPLAINED_SURE;
  return isClear || isSure ? [{ first, second, isClear }] : [];
}

/**
 * Orders the neighbours of a picture by what it leaves unexplained of them, which is returned, [count, size]. Only of
 * pictures that have something near, and of a sample of the others, from which the data set is known well enough.
 */
async function rankNeighbours(thumbnails: Thumbnails, neighbours: Neighbours): Promise<Float32Array> {
  const { places, counts, size } = neighbours;
  const unexplained = new Float32Array(places.length).fill(1);
  const fit = new ThumbnailFit(thumbnails);
  const step = Math.ceil(counts.length / SAMPLE);
  const around: { other: number; left: number }[] = [];
  for (let place = 0; place < counts.length; place++) {
    if (place % PER_TURN === 0) await nextTurn();
    if (neighbours.nearest(place) < NEARNESS_MIN && place % step !== 0) continue;
    const start = place * size;
    fit.explainBy(place);
    around.length = 0;
    for (let at = start; at < start + counts[place]; at++) {
      around.push({ other: places[at], left: fit.unexplained(places[at]) });
    }
    around.sort((a, b) => a.left - b.left);
    around.forEach(({ other, left }, rank) => {
      places[start + rank] = other;
      unexplained[start + rank] = left;
    });
  }
  return unexplained;
}

/** The neighbours of a picture that may be copies of it. */
function* copiesOf(
  place: number,
  { places, counts, size }: Neighbours,
  unexplained: Float32Array,
): Generator<Side & { other: number }> {
  const start = place * size;
  const count = counts[place];
  // What comes behind the last of a full list is not known.
  let share = 1;
  for (let rank = count - 1; rank >= 0; rank--) {
    const left = unexplained[start + rank];
    if (rank < Math.min(COPIES_MAX, size - 1)) {
      const next = rank + 1 < count ? unexplained[start + rank + 1] : UNEXPLAINED_FAR;
      share = Math.min(share, left / Math.min(UNEXPLAINED_FAR, next));
    }
    if (share < 1 || left <= UNEXPLAINED_SURE) yield { other: places[start + rank], unexplained: left, share };
  }
}

/**
 * How much nearer than the next picture one has to be before it can hardly be chance. Of points that lie evenly in D
 * dimensions, the k-th nearest is nearer than a part c of the next one's distance with probability c^(k D); distances here
 * are squared. D comes from the median of that part for k = 2, which copies, being the nearest, hardly touch.
 */
function allowedShare(unexplained: Float32Array, { counts, size }: Neighbours): number {
  const parts: number[] = [];
  for (let place = 0; place < counts.length; place++) {
    if (counts[place] < 3) continue;
    const next = unexplained[place * size + 2];
    if (next > 0 && next < 1) parts.push(unexplained[place * size + 1] / next);
  }
  if (parts.length < PICTURES_MIN) return SHARE_DEFAULT;
  parts.sort((a, b) => a - b);
  const median = parts[parts.length >>> 1];
  return Math.min(SHARE_MAX, median ** (-2 * Math.log2(CHANCE)));
}
