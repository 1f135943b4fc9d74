/** What a format of data sets is: a way to list the images of an archive, and a way to read them. */
import type {
  DatasetOptions,
  DatasetReading,
  DatasetTask,
  SampleLabel,
  SkipCode,
  SkippedFile,
  Split,
} from '@trainyard/contracts';
import type { Archive } from '../archive/archive.js';
import type { ImageHead } from '../decode.js';
import type { PackedImage } from '../packed-image.js';

/** Where an image lies: an entry of the archive, or a place in one that holds several. */
export interface ImagePlace {
  source: string;
  index?: number;
  /** Its size, where it need not be read to know it. */
  width?: number;
  height?: number;
}

/** An image of an archive; `split` is null where the archive does not say. */
export interface ListedSample extends ImagePlace {
  label: SampleLabel;
  split: Split | null;
}

export interface Listing {
  task: DatasetTask;
  /** Names in the order of the indices. A class may turn out to have no image. */
  classes: string[];
  /** Names of the numbers of a regression; else null. */
  targets: string[] | null;
  /** In the order in which they are best read. */
  samples: ListedSample[];
  skipped: SkippedFile[];
  /** Whether every image is grey; null where the images have to be read to know that, and their sizes. */
  isGrey: boolean | null;
  /** What `images` has to know beside the samples; kept with the data set. */
  reading?: DatasetReading;
}

/** An image that was read, with what it was before it was brought to the size in which it is packed. */
export interface DecodedImage {
  /** uint8 [channels, height, width]. */
  pixels: Uint8Array;
  width: number;
  height: number;
  isGrey: boolean;
  /** Of the bytes that it was read from: see `contentOf`. */
  content: string;
}

/** An image, or why it cannot be read. */
export type ReadImage<S> = { sample: S } & (DecodedImage | { reason: string; code: SkipCode });

export type OnProgress = (images: number, total: number) => void;

export interface Format {
  /** One line for the message that is shown when no format fits. */
  readonly description: string;
  /** Whether the archive looks like this format. */
  detect(archive: Archive, options: DatasetOptions): boolean | Promise<boolean>;
  /**
   * Finds the images and their labels, without a look at image files. Throws `invalid_dataset` where the archive is of
   * this format but cannot be used.
   */
  list(archive: Archive, options: DatasetOptions, onProgress: OnProgress): Promise<Listing>;
  /** Heads of some of the samples, where `list` leaves the sizes open: the first that come are enough for a guess. */
  heads?(archive: Archive, samples: readonly ListedSample[], reading?: DatasetReading): AsyncIterable<ImageHead>;
  /** Reads samples of the listing, in their order there; some may have been left out. */
  images<S extends ImagePlace>(
    archive: Archive,
    samples: readonly S[],
    image: PackedImage,
    reading?: DatasetReading,
  ): AsyncIterable<ReadImage<S>>;
}
