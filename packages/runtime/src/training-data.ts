/** What the fit loop reads: images and labels by index. A packed data set is one, and so are plain arrays. */
import type { Split } from '@trainyard/contracts';

export interface TrainingSplit {
  /** Number of images. */
  readonly count: number;
  /**
   * The class of each image, or, row by row, a 0 or 1 for each label (multilabel) or the targets (regression) as
   * float32 [count, width].
   */
  readonly labels: Int32Array | Float32Array;
  /** Writes the images at `indices` one after another, each uint8 [C, H, W]. */
  readImages(indices: ArrayLike<number>, out: Uint8Array): Promise<void> | void;
}

export interface TrainingData {
  readonly splits: Readonly<Record<Split, TrainingSplit>>;
}
