/** How many images each class has in each split, and which classes are shown where there are too many. */
import type { Split } from '@trainyard/contracts';
import { classesOf, type GallerySource } from './gallery-source.js';
import { totalOf } from './theme.js';

export type ClassCounts = Record<Split, number>;

export function countClasses(source: GallerySource): ClassCounts[] {
  const counts = source.classes.map((): ClassCounts => ({ train: 0, validation: 0, test: 0 }));
  for (let index = 0; index < source.images.count; index++) {
    for (const label of classesOf(source, index)) counts[label][source.images.splits[index]]++;
  }
  return counts;
}

/** The classes from the most to the least frequent; among equals in their own order. */
export function byFrequency(counts: readonly ClassCounts[]): number[] {
  return counts.map((_, label) => label).sort((a, b) => totalOf(counts[b]) - totalOf(counts[a]) || a - b);
}

/** All classes in their order, or the most and the least frequent ones, in the order of frequency. */
export function chooseClasses(counts: readonly ClassCounts[], most: number): { shown: number[]; left: number } {
  if (counts.length <= most) return { shown: counts.map((_, label) => label), left: 0 };
  const ranked = byFrequency(counts);
  const half = Math.floor(most / 2);
  return { shown: [...ranked.slice(0, half), ...ranked.slice(ranked.length - half)], left: counts.length - 2 * half };
}
