/** What the thread that draws pictures is asked: pixels are uint8 [image, channels, height, width]. */
import type { Augmentation, ImageSize } from '@trainyard/contracts';

/** PNGs of some images, one after another, none with a side of more than `side`. */
export interface ThumbnailOrder {
  readonly kind: 'thumbnails';
  readonly image: ImageSize;
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly side: number;
}

/** One PNG: a row for each image, with what the augmentation makes of it beside it. */
export interface AugmentOrder {
  readonly kind: 'augment';
  readonly image: ImageSize;
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** What each image shows, and its place in its split. */
  readonly rows: readonly { readonly name: string; readonly place: number }[];
  readonly augmentation: Augmentation | null;
  /** Words for the augmentation, on one line or several. */
  readonly title: string;
  readonly settings: readonly string[];
  readonly seed: number;
  readonly variants: number;
}

export type PictureOrder = ThumbnailOrder | AugmentOrder;
/** PNG files. */
export type PictureAnswer = Uint8Array<ArrayBuffer>[];
