/** What the warnings of a data set are drawn from. */
import type { DatasetCounts, DatasetTask, DatasetWarning, SkippedFile } from '@trainyard/contracts';
import type { PackedImage } from '../../packed-image.js';
import type { DescribedImages } from '../described-images.js';
import type { Duplicates } from '../duplicates.js';

export interface WarningInput {
  images: DescribedImages;
  skipped: readonly SkippedFile[];
  image: PackedImage;
  task: DatasetTask;
  counts: DatasetCounts;
  duplicates: Duplicates;
}

/** Images, or pairs of them, that a warning shows. */
export const EXAMPLES_MAX = 10;

/** A number, and a word in the form that goes with it. */
export function some(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}

/** Images as examples of a warning, each with what is the matter with it. */
export function examplesOf(
  { images }: WarningInput,
  indices: readonly number[],
  reason: (index: number) => string,
): NonNullable<DatasetWarning['examples']> {
  return indices.slice(0, EXAMPLES_MAX).map((index) => ({ file: images.name(index), reason: reason(index) }));
}

/** The places of the images that are such. */
export function imagesWhere({ count }: { count: number }, isSuch: (index: number) => boolean): number[] {
  const found: number[] = [];
  for (let index = 0; index < count; index++) if (isSuch(index)) found.push(index);
  return found;
}
