/** Which images are shown: those that come first by the digest of their bytes, which has nothing to do with what they show. */
import { SPLITS } from '@trainyard/contracts';
import { classesOf, type GalleryImages, type GallerySource } from './gallery-source.js';

/** The places of all images in the order of their digests. */
export function hashOrder({ count, contents }: GalleryImages): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  // Of 52 bits: more digests are equal only where the bytes are, or nearly never.
  const keys = Float64Array.from(order, (index) => Number.parseInt(contents[index].slice(0, 13), 16));
  return order.sort((a, b) => keys[a] - keys[b] || a - b);
}

/** Of each class the first `most` images; of the same bytes only one. */
export function firstOfClasses(source: GallerySource, order: Uint32Array, most: number): number[][] {
  const { contents } = source.images;
  const rows: number[][] = source.classes.map(() => []);
  for (const index of order) {
    for (const label of classesOf(source, index)) {
      const row = rows[label];
      if (row.length >= most || contents[row[row.length - 1]] === contents[index]) continue;
      row.push(index);
    }
  }
  return rows;
}

/**
 * Up to `most` images, spread over splits and classes: the first of each class in each split, then the second of each …,
 * in the order of the data set.
 */
export function spread(source: GallerySource, order: Uint32Array, most: number): number[] {
  const taken = new Set<number>();
  const queues = queuesOf(source, order, most);
  for (let rank = 0; taken.size < most; rank++) {
    const before = rank;
    let left = false;
    for (const queue of queues) {
      if (before >= queue.length) continue;
      left = true;
      if (taken.size < most) taken.add(queue[before]);
    }
    if (!left) break;
  }
  return [...taken].sort((a, b) => a - b);
}

/** A queue for each split and class, and one for what has no class; those of the train split first. */
function queuesOf(source: GallerySource, order: Uint32Array, most: number): number[][] {
  const none = source.classes.length;
  const queues = SPLITS.flatMap(() => Array.from({ length: none + 1 }, (): number[] => []));
  for (const index of order) {
    const offset = SPLITS.indexOf(source.images.splits[index]) * (none + 1);
    const classes = classesOf(source, index);
    for (const label of classes.length === 0 ? [none] : classes) {
      const queue = queues[offset + label];
      if (queue.length < most) queue.push(index);
    }
  }
  return queues;
}
