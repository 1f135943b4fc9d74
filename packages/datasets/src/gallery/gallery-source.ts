/** What a gallery is made of. */
import type { DatasetTask } from '@trainyard/contracts';
import type { DescribedImages } from '../health/described-images.js';

/** The images of a data set, each known by its place. */
export type GalleryImages = Readonly<Omit<DescribedImages, 'features'>>;

export interface GallerySource {
  readonly datasetId: string;
  readonly task: DatasetTask;
  /** Empty for a regression. */
  readonly classes: readonly string[];
  /** Names of the numbers of a regression; empty else. */
  readonly targets: readonly string[];
  readonly images: GalleryImages;
}

/** The classes of an image; none for a regression. */
export function classesOf({ task, images }: GallerySource, index: number): readonly number[] {
  const label = images.labels[index];
  if (task === 'regression') return [];
  return typeof label === 'number' ? [label] : label;
}

/** The numbers of an image of a regression. */
export function valuesOf({ images }: GallerySource, index: number): readonly number[] {
  const label = images.labels[index];
  return typeof label === 'number' ? [label] : label;
}
