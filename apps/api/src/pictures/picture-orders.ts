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

/** One PNG: images with what they are labelled as and what a model says that they are. */
export interface MistakesOrder {
  readonly kind: 'mistakes';
  readonly title: string;
  readonly image: ImageSize;
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Of each image. */
  readonly images: readonly EvaluatedImage[];
}

/** One PNG: a row for each epoch, with the filters of the first convolution as it had them then. */
export interface KernelsOrder {
  readonly kind: 'kernels';
  readonly title: string;
  /** Epochs done, of each row. */
  readonly epochs: readonly number[];
  /** [filters, channels, rows, columns] of each. */
  readonly shape: readonly [number, number, number, number];
  readonly kernels: readonly Float32Array[];
  /** Filters that the kernel has, of which these are the first. */
  readonly filters: number;
}

/** One PNG: an image and what a layer makes of it, channel by channel. */
export interface FeatureMapsOrder {
  readonly kind: 'feature_maps';
  readonly title: string;
  readonly image: ImageSize;
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** [channels, rows, columns] or [units] */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export type PictureOrder = ThumbnailOrder | AugmentOrder | ChartOrder | MistakesOrder | KernelsOrder | FeatureMapsOrder;
/** PNG files. */
export type PictureAnswer = Uint8Array<ArrayBuffer>[];
