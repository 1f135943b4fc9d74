/**
 * Which pictures are nearly the same. In some data sets all pictures are much alike (digits, X-rays), in others none are
 * (photos), so that no one distance tells copies from the rest. A copy is what lies far nearer than the pictures that come
 * next, seen from both sides; or what differs in next to nothing.
 */
import type { Neighbours } from './neighbours.js';
import { ThumbnailFit } from './thumbnail-fit.js';
import type { Thumbnails } from './thumbnails.js';

/** What a copy may leave unexplained: at most, ... */
const UNEXPLAINED_MAX = 0.15;
/** ... and of what the picture next but one behind the copies does. */
const NEXT_SHARE_MAX = 0.35;
/** Pictures that leave so little unexplained may be copies whatever comes next; their pixels decide. */
const UNEXPLAINED_SURE = 0.004;
/** Pictures further apart than this say nothing about how near the next usually is. */
const UNEXPLAINED_FAR = 0.45;

/** Places of two thumbnails. `isClear`: they stand out from the pictures around them. */
export interface NearPair {
  first: number;
  second: number;
  isClear: boolean;
}

export function findNearPairs(thumbnails: Thumbnails, neighbours: Neighbours): NearPair[] {
  const candidates = new Map<number, { clear: number; seen: number }>();
  const count = thumbnails.images.length;
  const fit = new ThumbnailFit(thumbnails);
  for (let place = 0; place < count; place++) {
    for (const { other, isClear } of copiesOf(place, neighbours, fit)) {
      const key = Math.min(place, other) * count + Math.max(place, other);
      const { clear, seen } = candidates.get(key) ?? { clear: 0, seen: 0 };
      candidates.set(key, { clear: clear + (isClear ? 1 : 0), seen: seen + 1 });
    }
  }
  return [...candidates]
    .filter(([, { seen }]) => seen === 2)
    .map(([key, { clear }]) => ({ first: Math.floor(key / count), second: key % count, isClear: clear === 2 }))
    .sort((a, b) => a.first - b.first || a.second - b.second);
}

/** The neighbours of a picture that look like copies of it. */
function copiesOf(place: number, neighbours: Neighbours, fit: ThumbnailFit): { other: number; isClear: boolean }[] {
  const start = place * neighbours.size;
  const near = neighbours.places.subarray(start, start + neighbours.counts[place]);
  fit.explainBy(place);
  const around = Array.from(near, (other) => ({ other, unexplained: fit.unexplained(other) }));
  around.sort((a, b) => a.unexplained - b.unexplained);
  const clear = countClear(around.map(({ unexplained }) => unexplained));
  return around
    .map(({ other, unexplained }, rank) => ({ other, unexplained, isClear: rank < clear }))
    .filter(({ unexplained, isClear }) => isClear || unexplained <= UNEXPLAINED_SURE);
}

/** How many of the first stand out from those behind them; the distances rise. */
function countClear(unexplained: readonly number[]): number {
  for (let count = Math.max(1, unexplained.length - 2); count > 0; count--) {
    const last = unexplained[count - 1];
    const next = Math.min(UNEXPLAINED_FAR, unexplained[count + 1] ?? UNEXPLAINED_FAR);
    if (last <= UNEXPLAINED_MAX && last <= NEXT_SHARE_MAX * next) return count;
  }
  return 0;
}
