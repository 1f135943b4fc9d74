/** Reads the packed tensors of one part back, from memory where they are small enough. */
import { type PackedIndex, parsePackedIndex } from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import { imagesKey, indexKey, momentsKey, tensorsPrefix } from './dataset-keys.js';
import { momentCount } from './moments.js';
import { type PackedImage, pixelBytes } from './packed-image.js';

const READ_BYTES = 16 * 1024 ** 2;
const FLOAT64_BYTES = 8;

export interface PackedPart {
  readonly count: number;
  readonly bytes: number;
  /** Holds all images in memory. */
  load(): Promise<void>;
  /** Puts image `row` into `out` at `offset`. */
  readImage(row: number, out: Uint8Array, offset: number): Promise<void> | void;
  /** So many images from `row` on, one after another. */
  readRows(row: number, count: number): Promise<Uint8Array>;
  /** float64 [images, channels, 2]. */
  readMoments(): Promise<Float64Array>;
  close(): Promise<void>;
}

/** Null where the part is not, or not wholly, packed in this size. */
export async function tryOpenPart(store: ObjectStore, partId: string, image: PackedImage): Promise<PackedPart | null> {
  const prefix = tensorsPrefix(partId, image);
  if (!(await store.stat(indexKey(prefix)))) return null;
  const index = parsePackedIndex(await store.readBytes(indexKey(prefix)));
  if (!(await isWhole(store, prefix, index))) return null;
  const images = await store.openRandomAccess(imagesKey(prefix));
  const size = pixelBytes(image);
  let memory: Uint8Array | null = null;
  return {
    count: index.count,
    bytes: images.bytes,
    async load() {
      const bytes = new Uint8Array(images.bytes);
      for (let at = 0; at < bytes.length; at += READ_BYTES) bytes.set(await images.read(at, READ_BYTES), at);
      memory = bytes;
    },
    readImage(row, out, offset) {
      if (memory) return out.set(memory.subarray(row * size, (row + 1) * size), offset);
      return images.read(row * size, size).then((bytes) => out.set(bytes, offset));
    },
    async readRows(row, count) {
      return memory ? memory.subarray(row * size, (row + count) * size) : images.read(row * size, count * size);
    },
    async readMoments() {
      const bytes = await store.readBytes(momentsKey(prefix));
      return new Float64Array(bytes.slice().buffer);
    },
    close: () => images.close(),
  };
}

async function isWhole(store: ObjectStore, prefix: string, { count, image }: PackedIndex): Promise<boolean> {
  const images = await store.stat(imagesKey(prefix));
  const moments = await store.stat(momentsKey(prefix));
  const momentBytes = FLOAT64_BYTES * momentCount(image.channels);
  return images?.bytes === count * pixelBytes(image) && moments?.bytes === count * momentBytes;
}
