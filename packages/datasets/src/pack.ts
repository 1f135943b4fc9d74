/**
 * Packed tensors of a part: one file of all its images, uint8 [images, channels, height, width], and one of their moments,
 * float64 [images, channels, 2] in little-endian order. The same part and size always give the same bytes, so callers
 * that pack at once do no harm.
 */
import type { PackedIndex, SkippedFile } from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import { imagesKey, indexKey, momentsKey, tensorsPrefix } from './dataset-keys.js';
import type { DecodedImage, ImagePlace, ReadImage } from './formats/format.js';
import { nameOf } from './formats/sources.js';
import { measureMoments, momentCount } from './moments.js';
import { ObjectWriter } from './object-writer.js';
import type { PackedImage } from './packed-image.js';

export interface PackTarget {
  store: ObjectStore;
  partId: string;
  image: PackedImage;
}

/** Is told of each image, in order, whether or not it could be read. */
export interface PackObserver<S> {
  /** False ends the packing, and nothing is kept. */
  packed?(sample: S, image: DecodedImage): boolean | Promise<boolean>;
  failed(sample: S, file: SkippedFile): void;
}

/** Packs the images as they come. Answers how many there are, or null where the observer ended it. */
export async function packImages<S extends ImagePlace>(
  { store, partId, image }: PackTarget,
  images: AsyncIterable<ReadImage<S>>,
  observer: PackObserver<S>,
): Promise<number | null> {
  const writer = new TensorWriter(store, tensorsPrefix(partId, image), image);
  try {
    for await (const read of images) {
      if ('reason' in read) {
        const { sample, reason, code } = read;
        observer.failed(sample, { file: nameOf(sample), reason, code });
        continue;
      }
      if ((await observer.packed?.(read.sample, read)) === false) {
        await writer.abort();
        return null;
      }
      await writer.append(read.pixels);
    }
    return await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

class TensorWriter {
  readonly #store: ObjectStore;
  readonly #prefix: string;
  readonly #image: PackedImage;
  readonly #images: ObjectWriter;
  readonly #moments: ObjectWriter;
  readonly #row: Float64Array;
  readonly #rowBytes: Uint8Array;
  #count = 0;

  constructor(store: ObjectStore, prefix: string, image: PackedImage) {
    this.#store = store;
    this.#prefix = prefix;
    this.#image = image;
    this.#images = new ObjectWriter(store, imagesKey(prefix));
    this.#moments = new ObjectWriter(store, momentsKey(prefix));
    this.#row = new Float64Array(momentCount(image.channels));
    this.#rowBytes = new Uint8Array(this.#row.buffer);
  }

  async append(pixels: Uint8Array): Promise<void> {
    measureMoments(pixels, this.#image.channels, this.#row);
    await this.#moments.append(this.#rowBytes);
    await this.#images.append(pixels);
    this.#count++;
  }

  /** The index is written last: where it is, the tensors are whole. */
  async finish(): Promise<number> {
    const [images, moments] = await Promise.all([this.#images.finish(), this.#moments.finish()]);
    const { fit, ...size } = this.#image;
    const index: PackedIndex = {
      version: 2,
      image: size,
      fit,
      count: this.#count,
      images_sha256: images.sha256,
      moments_sha256: moments.sha256,
    };
    await this.#store.write(indexKey(this.#prefix), new TextEncoder().encode(JSON.stringify(index)));
    return this.#count;
  }

  async abort(): Promise<void> {
    await Promise.all([this.#images.abort(), this.#moments.abort()]);
  }
}
