/** What a format of data sets is: a way to list the images of an archive, and a way to read them. */
import type { DatasetOptions, DatasetReading, DatasetSample, SkippedFile, Split } from '@trainyard/contracts';
import type { Archive } from '../archive/archive.js';
import type { PackedImage } from '../packed-image.js';

/** An image before it is known to which split it belongs; null where the archive does not say. */
export type ListedSample = Omit<DatasetSample, 'split'> & { split: Split | null };

export interface Listing {
  /** Their names in the order of the class indices. A class may turn out to have no image. */
  classes: string[];
  /** In the order in which they are best read. */
  samples: ListedSample[];
  skipped: SkippedFile[];
  /** Whether every image is grey. */
  isGrey: boolean;
  /** What `images` has to know beside the samples; kept with the data set. */
  reading?: DatasetReading;
}

/** An image that was read, uint8 [channels, height, width], or why it cannot be. */
export type ReadImage<S> = { sample: S; pixels: Uint8Array } | { sample: S; reason: string };

export type OnProgress = (images: number, total: number) => void;

export interface Format {
  /** One line for the message that is shown when no format fits. */
  readonly description: string;
  /** Whether the archive looks like this format. */
  detect(archive: Archive): boolean | Promise<boolean>;
  /** Throws `invalid_dataset` where the archive is of this format but cannot be used. */
  list(archive: Archive, options: DatasetOptions, onProgress: OnProgress): Promise<Listing>;
  /** Reads samples of the listing, in their order there; some may have been left out. */
  images<S extends ListedSample>(
    archive: Archive,
    samples: readonly S[],
    image: PackedImage,
    reading?: DatasetReading,
  ): AsyncIterable<ReadImage<S>>;
}
