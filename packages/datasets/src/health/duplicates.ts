/** Images that a data set has more than once: the same, or nearly. */
import { compareAllPixels } from './compare-pixels.js';
import { type DescribedImages, haveSameLabel } from './described-images.js';
import { groupByContent } from './exact-groups.js';
import { findNeighbours } from './find-neighbours.js';
import { findNearPairs } from './near-pairs.js';
import { selectThumbnails } from './thumbnails.js';

/** Neighbours that each picture is told from; a picture with as many copies, or more, stands out from nothing. */
const NEIGHBOURS = 12;
/** How far the pixels may differ where the thumbnails stand out from those around them, and where they do not. */
const DIFFERENCE_CLEAR = 0.4;
const DIFFERENCE_SURE = 0.012;

/** Two images that are nearly the same, by their places; each is the first of its content. */
export interface NearDuplicate {
  first: number;
  second: number;
  /** The part of either picture that the other leaves unexplained, from 0 to 1. */
  distance: number;
  /** Between them, or between images of the same content as they. */
  crossesSplits: boolean;
  crossesLabels: boolean;
}

/** Images of the same content. */
export interface ExactDuplicates {
  /** Their places, rising. */
  members: readonly number[];
  crossesSplits: boolean;
  crossesLabels: boolean;
}

export interface Duplicates {
  exact: ExactDuplicates[];
  near: NearDuplicate[];
}

/** Needs memory and time in proportion to the number of images, not to that of pairs. */
export async function findDuplicates(images: DescribedImages): Promise<Duplicates> {
  const groups = groupByContent(images.contents);
  const repeated = new Set(groups.flatMap((group) => group.slice(1)));
  const unique = Array.from({ length: images.count }, (_, index) => index).filter((index) => !repeated.has(index));
  return {
    exact: groups.map((members) => ({ members, ...crossings(images, members) })),
    near: await findNear(images, unique, new Map(groups.map((group) => [group[0], group]))),
  };
}

async function findNear(
  images: DescribedImages,
  unique: readonly number[],
  groups: ReadonlyMap<number, readonly number[]>,
): Promise<NearDuplicate[]> {
  const thumbnails = selectThumbnails(images.features, unique);
  const found = findNearPairs(thumbnails, findNeighbours(thumbnails, images.image, NEIGHBOURS)).map(
    ({ first, second, isClear }) => ({
      first: thumbnails.images[first],
      second: thumbnails.images[second],
      isClear,
    }),
  );
  const distances = await compareAllPixels(images, found);
  return found.flatMap(({ first, second, isClear }, index) => {
    const distance = distances[index];
    if (distance > (isClear ? DIFFERENCE_CLEAR : DIFFERENCE_SURE)) return [];
    const members = [first, second].flatMap((image) => groups.get(image) ?? [image]);
    return [{ first, second, distance, ...crossings(images, members) }];
  });
}

function crossings(images: DescribedImages, [first, ...others]: readonly number[]) {
  return {
    crossesSplits: others.some((other) => images.splits[other] !== images.splits[first]),
    crossesLabels: others.some((other) => !haveSameLabel(images, first, other)),
  };
}
