/** What a gallery is made of. */
import type { DatasetTask, ImageSize, Split } from '@trainyard/contracts';

/** The images of a data set, each known by its place. */
export interface GalleryImages {
  readonly count: number;
  /** The size in which they are packed. */
  readonly image: ImageSize;
  /** Hex digests of the bytes that the images came as. */
  readonly contents: readonly string[];
  readonly splits: readonly Split[];
  /** The class, the classes in rising order, or a number for each target. */
  readonly labels: readonly (number | readonly number[])[];
  /** As the upload names it. */
  name(index: number): string;
  /** Before it was packed. */
  width(index: number): number;
  height(index: number): number;
  /** Puts the pixels of some images, uint8 [image, channels, height, width], one after another into `out`. */
  readPixels(indices: ArrayLike<number>, out: Uint8Array): Promise<void> | void;
}

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
