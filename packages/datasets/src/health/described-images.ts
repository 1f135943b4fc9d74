/** The images of a data set as the checks of its health see them. */
import type { ImageSize, Split } from '@trainyard/contracts';

export interface DescribedImages {
  count: number;
  /** In which the images are packed. */
  image: ImageSize;
  /** FEATURE_BYTES for each image. */
  features: Uint8Array;
  /** A digest of each image's bytes: the same for the same image. */
  contents: readonly string[];
  splits: readonly Split[];
  /** A class; or the classes of an image, in order; or the numbers of a regression. */
  labels: readonly (number | readonly number[])[];
  /** What a person knows the image by. */
  name(index: number): string;
  /** Of the image as it was uploaded, in pixels. */
  width(index: number): number;
  height(index: number): number;
  /** Puts the pixels of the images, uint8 [indices, channels, height, width], in `out`. */
  readPixels(indices: ArrayLike<number>, out: Uint8Array): Promise<void> | void;
}

/** Whether two images have the same label, or labels, or numbers. */
export function haveSameLabel({ labels }: DescribedImages, first: number, second: number): boolean {
  const [a, b] = [labels[first], labels[second]];
  if (typeof a === 'number' || typeof b === 'number') return a === b;
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
