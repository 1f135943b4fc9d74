/** What the thread that draws pictures is asked: pixels are uint8 [image, channels, height, width]. */
import type { Augmentation, EvaluatedImage, ImageSize } from '@trainyard/contracts';
import type { Chart } from '@trainyard/pictures';

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

/** One PNG: a chart of figures. */
export interface ChartOrder {
  readonly kind: 'chart';
  readonly chart: Chart;
}

/** One PNG: images of which a model said something wrong, each with what it is and what was said. */
export interface MistakesOrder {
  readonly kind: 'mistakes';
  readonly title: string;
  readonly image: ImageSize;
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Of each image. */
  readonly images: readonly EvaluatedImage[];
}

export type PictureOrder = ThumbnailOrder | AugmentOrder | ChartOrder | MistakesOrder;
/** PNG files. */
export type PictureAnswer = Uint8Array<ArrayBuffer>[];
