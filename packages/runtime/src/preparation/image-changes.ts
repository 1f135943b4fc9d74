/**
 * Changes the images of a run as an augmentation asks, and mixes those of a batch where that is asked for. Loads little and knows
 * of no data set, since a thread does this as well as the training itself.
 */
import type { Augmentation, ImageSize } from '@trainyard/contracts';
import { type Augmenter, allocateMixedRows, createAugmenter, type MixedRows, mixImages } from '@trainyard/engine/host';

export interface ImageChangesOptions {
  augmentation: Augmentation;
  image: ImageSize;
  batchSize: number;
  seed: number;
}

/** What is drawn for a run is a function of the seed and of these. */
export interface RunImages {
  /** uint8 [N, C, H, W], batch after batch; the last one may be short. */
  images: Uint8Array;
  /** The number of each image in its split, N of them. */
  indices: Uint32Array;
  epoch: number;
  /** Of the run's first batch, counted from 1 over the whole training. */
  firstStep: number;
}

export class ImageChanges {
  readonly #options: ImageChangesOptions;
  readonly #imageBytes: number;
  readonly #augment: Augmenter;
  /** The images of one batch as they were before. */
  readonly #before: Uint8Array;

  constructor(options: ImageChangesOptions) {
    const { augmentation, image, batchSize } = options;
    this.#options = options;
    this.#imageBytes = image.width * image.height * image.channels;
    this.#augment = createAugmenter(image, augmentation);
    this.#before = new Uint8Array(batchSize * this.#imageBytes);
  }

  /** Changes them in their place. Answers what was mixed into each, by its row in its batch; null where nothing is mixed. */
  apply({ images, indices, epoch, firstStep }: RunImages): MixedRows | null {
    const { augmentation, batchSize, seed } = this.#options;
    const before = this.#slice(this.#before, 0, 1);
    for (let row = 0; row < indices.length; row++) {
      const place = this.#slice(images, row, 1);
      before.set(place);
      this.#augment(before, place, { seed, epoch, index: indices[row] });
    }
    if (!augmentation.mixup && !augmentation.cutmix) return null;
    const mixed = allocateMixedRows(indices.length);
    for (let batch = 0; batch * batchSize < indices.length; batch++) this.#mix(images, batch, firstStep + batch, mixed);
    return mixed;
  }

  #mix(images: Uint8Array, batch: number, step: number, mixed: MixedRows): void {
    const { augmentation, image, batchSize, seed } = this.#options;
    const start = batch * batchSize;
    const partners = mixed.partners.subarray(start, start + batchSize);
    const shares = mixed.shares.subarray(start, start + batchSize);
    const place = this.#slice(images, start, shares.length);
    const before = this.#slice(this.#before, 0, shares.length);
    before.set(place);
    mixImages(before, place, image, augmentation, { seed, step }, { partners, shares });
  }

  #slice(memory: Uint8Array, first: number, count: number): Uint8Array {
    return memory.subarray(first * this.#imageBytes, (first + count) * this.#imageBytes);
  }
}
