/** Images that leak from one split into another: what is measured on copies of what was learned says too much. */
import type { DatasetTask, Split } from '@trainyard/contracts';
import type { DescribedImages } from './described-images.js';
import type { Duplicates } from './duplicates.js';

/** An image that is not to be used, and the one of another split that it is a copy of. */
export interface Leak {
  image: number;
  copyOf: number;
}

/** The splits whose images stay, first of all. */
const KEPT_FIRST = ['test', 'validation', 'train'] as const satisfies readonly Split[];

/**
 * The images to drop so that no two splits share one, rising: images of the test split stay, then those for validation. The
 * last train image of a class, of a label, or of a regression at all, stays even so.
 */
export function findLeaks(images: DescribedImages, duplicates: Duplicates, task: DatasetTask): Leak[] {
  const pictures = picturesOf(images, duplicates);
  const dropped = new Map<number, number>();
  for (const [rank, split] of KEPT_FIRST.entries()) {
    for (const picture of pictures) {
      const places = picture.places[split];
      const copyOf = places && keptAbove(picture, KEPT_FIRST.slice(0, rank), dropped);
      if (places && copyOf !== undefined) for (const image of places) dropped.set(image, copyOf);
    }
  }
  for (const image of lastOfTheirClass(images, dropped, task)) dropped.delete(image);
  return [...dropped].map(([image, copyOf]) => ({ image, copyOf })).sort((a, b) => a.image - b.image);
}

/** What images of the same content show. They all stay or go together, split by split. */
interface Picture {
  /** Of the images, by split. */
  places: Partial<Record<Split, number[]>>;
  /** That are nearly the same. */
  near: Picture[];
}

function picturesOf({ splits }: DescribedImages, { exact, near }: Duplicates): Picture[] {
  const pictures = new Map<number, Picture>();
  const add = (members: readonly number[]): Picture => {
    const picture: Picture = { places: {}, near: [] };
    for (const split of KEPT_FIRST) {
      const places = members.filter((image) => splits[image] === split);
      if (places.length > 0) picture.places[split] = places;
    }
    pictures.set(members[0], picture);
    return picture;
  };
  for (const { members } of exact) add(members);
  for (const { first, second } of near) {
    const a = pictures.get(first) ?? add([first]);
    const b = pictures.get(second) ?? add([second]);
    a.near.push(b);
    b.near.push(a);
  }
  return [...pictures.values()];
}

/** An image of one of the splits that is not dropped and shows the picture, or nearly. */
function keptAbove(picture: Picture, above: readonly Split[], dropped: ReadonlyMap<number, number>) {
  for (const { places } of [picture, ...picture.near]) {
    for (const split of above) {
      const first = places[split]?.[0];
      if (first !== undefined && !dropped.has(first)) return first;
    }
  }
  return undefined;
}

/** Of the dropped train images the first of each class that would have none left. */
function lastOfTheirClass(
  { labels, splits }: DescribedImages,
  dropped: ReadonlyMap<number, number>,
  task: DatasetTask,
): number[] {
  const classesOf = (image: number): readonly number[] => {
    const label = task === 'regression' ? 0 : labels[image];
    return typeof label === 'number' ? [label] : label;
  };
  const left = new Set<number>();
  splits.forEach((split, image) => {
    if (split === 'train' && !dropped.has(image)) for (const label of classesOf(image)) left.add(label);
  });
  const kept: number[] = [];
  for (const image of [...dropped.keys()].sort((a, b) => a - b)) {
    if (splits[image] !== 'train' || classesOf(image).every((label) => left.has(label))) continue;
    kept.push(image);
    for (const label of classesOf(image)) left.add(label);
  }
  return kept;
}
