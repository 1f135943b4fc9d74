/** The search for pictures that may be nearly the same, among those of different content, by their features alone. */
import type { ImageSize } from '@trainyard/contracts';
import { findNeighbours } from './find-neighbours.js';
import { findNearPairs, type NearPair } from './near-pairs.js';
import type { HashPlan } from './perceptual-hash.js';
import { selectThumbnails } from './thumbnails.js';

export interface NearSearch {
  /** FEATURE_BYTES for each image of the data set. */
  features: Uint8Array;
  /** Places of the images that are compared, rising. */
  unique: Uint32Array;
  image: ImageSize;
  plan: HashPlan;
}

/** Neighbours that each picture is told from. */
const NEIGHBOURS = 12;

/** Pairs by the places of their images in the data set. */
export async function searchNear({ features, unique, image, plan }: NearSearch): Promise<NearPair[]> {
  const thumbnails = selectThumbnails(features, unique);
  const neighbours = await findNeighbours(thumbnails, { image, plan, size: NEIGHBOURS });
  const pairs = await findNearPairs(thumbnails, neighbours);
  const { images } = thumbnails;
  const placeOf = (thumbnail: number | null) => (thumbnail === null ? null : images[thumbnail]);
  return pairs.map(({ first, second, isClear, nextToFirst, nextToSecond }) => ({
    first: images[first],
    second: images[second],
    isClear,
    nextToFirst: placeOf(nextToFirst),
    nextToSecond: placeOf(nextToSecond),
  }));
}
