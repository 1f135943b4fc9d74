/** Changes the images of training batches as they are gathered, and mixes them where that is asked for. */
import type { Augmentation, ImageSize } from '@trainyard/contracts';
import { type Augmenter, allocateMixedRows, createAugmenter, type MixedRows, mixImages } from '@trainyard/engine';
import { type BatchBuffer, type BatchSlice, fillBatches } from './batches.js';
import type { TrainingSplit } from './training-data.js';

/** Where a slice stands in the training: all that is drawn for it is a function of these. */
export interface SlicePosition {
  epoch: number;
  /** Of the slice's first batch, counted from 1 over the whole training. */
  firstStep: number;
}

export interface BatchAugmenterOptions {
  augmentation: Augmentation;
  image: ImageSize;
  batchSize: number;
  seed: number;
}

export class BatchAugmenter {
  readonly #options: BatchAugmenterOptions;
  readonly #imageBytes: number;
  readonly #augment: Augmenter;
  /** The images of one batch as they were before. */
  readonly #before: Uint8Array;
  readonly #mixed: MixedRows;

  constructor(options: BatchAugmenterOptions) {
    const { augmentation, image, batchSize } = options;
    this.#options = options;
    this.#imageBytes = image.width * image.height * image.channels;
    this.#augment = createAugmenter(image, augmentation);
    this.#before = new Uint8Array(batchSize * this.#imageBytes);
    this.#mixed = allocateMixedRows(batchSize);
  }

  /** As `fillBatches`. */
  async fill(buffer: BatchBuffer, split: TrainingSplit, slice: BatchSlice, position: SlicePosition): Promise<void> {
    const { batchSize } = this.#options;
    await fillBatches(buffer, split, slice, batchSize, (indices, out) => this.#read(split, indices, out, position));
    buffer.rows.forEach((rows, batch) => {
      this.#mix(buffer, batch, rows, position.firstStep + batch);
    });
  }

  /** All of them at once, since they may come from the disk while the run before is computed; then one after another in their place. */
  async #read(
    split: TrainingSplit,
    indices: ArrayLike<number>,
    out: Uint8Array,
    { epoch }: SlicePosition,
  ): Promise<void> {
    const { seed } = this.#options;
    await split.readImages(indices, out);
    const before = this.#images(this.#before, 0);
    for (let row = 0; row < indices.length; row++) {
      const place = this.#images(out, row);
      before.set(place);
      this.#augment(before, place, { seed, epoch, index: indices[row] });
    }
  }

  /** The greater part of a row is what metrics take it for. */
  #mix({ images, labels, weights, mixture }: BatchBuffer, batch: number, rows: number, step: number): void {
    if (mixture === null) return;
    const { augmentation, image, batchSize, seed } = this.#options;
    const start = batch * batchSize;
    const before = this.#images(this.#before, 0, rows);
    before.set(this.#images(images, start, rows));
    const partners = this.#mixed.partners.subarray(0, rows);
    const shares = this.#mixed.shares.subarray(0, rows);
    mixImages(before, this.#images(images, start, rows), image, augmentation, { seed, step }, { partners, shares });
    const width = labels.length / weights.length;
    const own = labels.slice(start * width, (start + rows) * width);
    for (let row = 0; row < rows; row++) {
      const [greater, lesser] = shares[row] >= 0.5 ? [row, partners[row]] : [partners[row], row];
      for (let i = 0; i < width; i++) {
        labels[(start + row) * width + i] = own[greater * width + i];
        mixture.otherLabels[(start + row) * width + i] = own[lesser * width + i];
      }
      mixture.shares[start + row] = Math.max(shares[row], 1 - shares[row]);
    }
    mixture.otherLabels.fill(0, (start + rows) * width, (start + batchSize) * width);
    mixture.shares.fill(1, start + rows, start + batchSize);
  }

  #images(memory: Uint8Array, first: number, count = 1): Uint8Array {
    return memory.subarray(first * this.#imageBytes, (first + count) * this.#imageBytes);
  }
}
