/** Images that a data set has more than once: the same, or nearly. */
import { compareAllPixels } from './compare-pixels.js';
import { type DescribedImages, haveSameLabel } from './described-images.js';
import { groupByContent } from './exact-groups.js';
import { HASH_PLAN } from './hash-plan.js';
import type { NearPair } from './near-pairs.js';
import { searchNear } from './search-near.js';

/** What pictures that stand out from those around them may differ by, pixel by pixel; ... */
const DIFFERENCE_MAX = 0.3;
/** ... and as a part of what each differs by from the picture next to it. */
const NEXT_SHARE_MAX = 0.6;
/** What copies may differ by that stand out from nothing, as the frames of a film do not. */
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
export async function findDuplicates(images: DescribedImages, search = searchNear): Promise<Duplicates> {
  const groups = groupByContent(images.contents);
  const repeated = new Set(groups.flatMap((group) => group.slice(1)));
  const unique = Array.from({ length: images.count }, (_, index) => index).filter((index) => !repeated.has(index));
  return {
    exact: groups.map((members) => ({ members, ...crossings(images, members) })),
    near: await findNear(images, unique, new Map(groups.map((group) => [group[0], group])), search),
  };
}

async function findNear(
  images: DescribedImages,
  unique: readonly number[],
  groups: ReadonlyMap<number, readonly number[]>,
  search: typeof searchNear,
): Promise<NearDuplicate[]> {
  const candidates = await search({
    features: images.features,
    unique: Uint32Array.from(unique),
    image: images.image,
    plan: HASH_PLAN,
  });
  const found = await checkPixels(images, candidates);
  return found.map(({ first, second, distance }) => {
    const members = [first, second].flatMap((image) => groups.get(image) ?? [image]);
    return { first, second, distance, ...crossings(images, members) };
  });
}

type Measured = Pick<NearDuplicate, 'first' | 'second' | 'distance'>;

/** Thumbnails show no texture; the pixels say whether pictures that look the same from afar are. */
async function checkPixels(images: DescribedImages, candidates: readonly NearPair[]): Promise<Measured[]> {
  const distances = await compareAllPixels(images, candidates);
  const clear = candidates.flatMap((candidate, index) =>
    candidate.isClear && distances[index] <= DIFFERENCE_MAX ? [{ ...candidate, index }] : [],
  );
  const nexts = clear.flatMap(({ first, second, nextToFirst, nextToSecond }) => [
    { first, second: nextToFirst ?? first },
    { first: second, second: nextToSecond ?? second },
  ]);
  const nextDistances = await compareAllPixels(images, nexts);
  const standOut = new Set<number>();
  clear.forEach(({ index, nextToFirst, nextToSecond }, row) => {
    const first = nextToFirst === null ? 1 : nextDistances[2 * row];
    const second = nextToSecond === null ? 1 : nextDistances[2 * row + 1];
    if (distances[index] <= NEXT_SHARE_MAX * Math.sqrt(first * second)) standOut.add(index);
  });
  return candidates.flatMap(({ first, second }, index) => {
    const distance = distances[index];
    return standOut.has(index) || distance <= DIFFERENCE_SURE ? [{ first, second, distance }] : [];
  });
}

function crossings(images: DescribedImages, [first, ...others]: readonly number[]) {
  return {
    crossesSplits: others.some((other) => images.splits[other] !== images.splits[first]),
    crossesLabels: others.some((other) => !haveSameLabel(images, first, other)),
  };
}

/** The duplicates among images that were kept, by their places among these. `kept` has their earlier places, rising. */
export function duplicatesAmong(images: DescribedImages, kept: readonly number[], found: Duplicates): Duplicates {
  const places = new Map(kept.map((image, place) => [image, place]));
  const left = (members: readonly number[]) => members.flatMap((member) => places.get(member) ?? []);
  const groups = new Map(found.exact.map(({ members }) => [members[0], left(members)]));
  return {
    exact: [...groups.values()]
      .filter((members) => members.length > 1)
      .map((members) => ({ members, ...crossings(images, members) })),
    near: found.near.flatMap(({ first, second, distance }) => {
      const [a, b] = [first, second].map((image) => groups.get(image) ?? left([image]));
      if (a.length === 0 || b.length === 0) return [];
      return [{ first: a[0], second: b[0], distance, ...crossings(images, [...a, ...b]) }];
    }),
  };
}
