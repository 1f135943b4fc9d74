/** Leaves out the images that are also, or nearly, in another split, where that is asked for. */
import type { DatasetOptions, DatasetTask, SkippedFile } from '@trainyard/contracts';
import type { DescribedImages } from './health/described-images.js';
import { type Duplicates, duplicatesAmong, findDuplicates } from './health/duplicates.js';
import { findLeaks } from './health/leaks.js';
import { isSearchedBeside, searchNearApart } from './health/search-apart.js';

export interface Kept<T> {
  members: T[];
  images: DescribedImages;
  /** Those among `images`, which may still be searched for. */
  duplicates: Promise<Duplicates>;
  /** What was left out. */
  skipped: SkippedFile[];
}

/** Looks for duplicates and, with `leaks` of "drop", keeps each picture in one split alone. */
export async function keepUnleaked<T>(
  members: T[],
  describe: (members: T[]) => DescribedImages,
  { task, leaks }: { task: DatasetTask; leaks: DatasetOptions['leaks'] },
): Promise<Kept<T>> {
  const all = describe(members);
  const searching = findDuplicates(all, (search) => searchNearApart(search));
  // A failure is thrown to those that wait for it; until then it is not an unhandled one.
  searching.catch(() => {});
  if (leaks !== 'drop' && isSearchedBeside(all.count))
    return { members, images: all, duplicates: searching, skipped: [] };
  const duplicates = await searching;
  const dropped = leaks === 'drop' ? findLeaks(all, duplicates, task) : [];
  if (dropped.length === 0) return { members, images: all, duplicates: searching, skipped: [] };
  const gone = new Set(dropped.map(({ image }) => image));
  const places = members.flatMap((_, place) => (gone.has(place) ? [] : [place]));
  const kept = places.map((place) => members[place]);
  const images = describe(kept);
  return {
    members: kept,
    images,
    duplicates: Promise.resolve(duplicatesAmong(images, places, duplicates)),
    skipped: dropped.map(({ image, copyOf }) => ({
      file: all.name(image),
      code: 'leaking_duplicate',
      reason: `It is the same as ${all.name(copyOf)} of the ${all.splits[copyOf]} split, or nearly.`,
    })),
  };
}
