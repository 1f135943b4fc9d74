/** Images that are there more than once: in one split, in several, or under several labels. */
import type { DatasetWarning, DuplicatePair } from '@trainyard/contracts';
import { type DescribedImages, haveSameLabel } from '../described-images.js';
import { some, type WarningInput } from './warning-input.js';

const PAIRS_MAX = 10;
/** Leaks are listed at length: each of them spoils what is measured. */
const LEAKS_MAX = 100;

interface Pair {
  first: number;
  second: number;
  distance: number;
}

export function exactDuplicates({ images, duplicates }: WarningInput): DatasetWarning | null {
  const groups = duplicates.exact;
  if (groups.length === 0) return null;
  const copies = groups.reduce((sum, { members }) => sum + members.length - 1, 0);
  return {
    code: 'exact_duplicates',
    message: `${some(copies, 'image is an exact copy', 'images are exact copies')} of another (${some(groups.length, 'picture')} in all).`,
    remedy: 'Remove the copies: an image that is there twice counts twice in training and in what is measured.',
    count: copies,
    pairs: listed(
      images,
      groups.map(({ members: [first, second] }) => ({ first, second, distance: 0 })),
      PAIRS_MAX,
    ),
  };
}

export function nearDuplicates({ images, duplicates }: WarningInput): DatasetWarning | null {
  const pairs = duplicates.near;
  if (pairs.length === 0) return null;
  return {
    code: 'near_duplicates',
    message: `${some(pairs.length, 'pair of images is', 'pairs of images are')} nearly the same: resized, compressed, brightened, or taken right after each other.`,
    remedy: 'Look at the pairs and keep one image of each that shows nothing new.',
    count: pairs.length,
    pairs: listed(images, pairs, PAIRS_MAX),
  };
}

export function leakingDuplicates({ images, duplicates }: WarningInput): DatasetWarning | null {
  const differ = (first: number, second: number) => images.splits[first] !== images.splits[second];
  const pairs = crossingPairs(duplicates, ({ crossesSplits }) => crossesSplits, differ);
  if (pairs.length === 0) return null;
  return {
    code: 'leaking_duplicates',
    message: `${some(pairs.length, 'image is', 'images are')} in more than one split, the same or nearly; what is measured on such an image is not what a model does on a new one.`,
    remedy:
      'POST {"options":{"leaks":"drop"}} to /v1/datasets/{id}/images: it makes a version with such images in one split alone.',
    count: pairs.length,
    pairs: listed(images, pairs, LEAKS_MAX),
  };
}

export function conflictingLabels({ images, duplicates, task }: WarningInput): DatasetWarning | null {
  const differ = (first: number, second: number) => !haveSameLabel(images, first, second);
  // Pictures that are nearly the same may well have different numbers.
  const told = task === 'regression' ? { exact: duplicates.exact, near: [] } : duplicates;
  const pairs = crossingPairs(told, ({ crossesLabels }) => crossesLabels, differ);
  if (pairs.length === 0) return null;
  const what = { multiclass: 'classes', multilabel: 'labels', regression: 'numbers' }[task];
  return {
    code: 'conflicting_labels',
    message: `${some(pairs.length, 'image is', 'images are')} there with different ${what}, the same or nearly; a model cannot learn both.`,
    remedy: 'Look at the pairs and correct the labels, or remove one of the two.',
    count: pairs.length,
    pairs: listed(images, pairs, PAIRS_MAX),
  };
}

type Found = WarningInput['duplicates'];

/** For each picture that is on both sides of something, two images that are not on the same. */
function crossingPairs(
  { exact, near }: Found,
  crosses: (found: { crossesSplits: boolean; crossesLabels: boolean }) => boolean,
  differ: (first: number, second: number) => boolean,
): Pair[] {
  const groups = new Map(exact.map(({ members }) => [members[0], members]));
  const same = exact.filter(crosses).flatMap(({ members: [first, ...others] }) => {
    const second = others.find((other) => differ(first, other));
    return second === undefined ? [] : [{ first, second, distance: 0 }];
  });
  const nearly = near.filter(crosses).flatMap(({ first, second, distance }) => {
    const found = acrossGroups(groups.get(first) ?? [first], groups.get(second) ?? [second], differ);
    return found ? [{ ...found, distance }] : [];
  });
  return [...same, ...nearly];
}

/** The images of a group are compared by the first that differs from its first, so that large groups take no time. */
function acrossGroups(
  a: readonly number[],
  b: readonly number[],
  differ: (first: number, second: number) => boolean,
): { first: number; second: number } | null {
  const second = b.find((other) => differ(a[0], other));
  if (second !== undefined) return { first: a[0], second };
  const first = a.find((other) => differ(other, b[0]));
  return first === undefined ? null : { first, second: b[0] };
}

function listed(images: DescribedImages, pairs: readonly Pair[], most: number): DuplicatePair[] {
  return pairs.slice(0, most).map(({ first, second, distance }) => ({
    files: [images.name(first), images.name(second)],
    splits: [images.splits[first], images.splits[second]],
    distance: Number(distance.toFixed(4)),
  }));
}
