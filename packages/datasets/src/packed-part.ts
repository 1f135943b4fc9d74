/** Reads the packed tensors of one part back, from memory where they are small enough. */
import { type PackedIndex, parsePackedIndex } from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import { imagesKey, indexKey, momentsKey, tensorsPrefix } from './dataset-keys.js';
import { momentCount } from './moments.js';
import { type PackedImage, pixelBytes } from './packed-image.js';

const READ_BYTES = 16 * 1024 ** 2;
const FLOAT64_BYTES = 8;
/** Images whose moments are read together. */
const MOMENT_ROWS = 16_384;

export interface PackedPart {
  readonly count: number;
  readonly bytes: number;
  /** Where its images lie, one behind another. */
  readonly key: string;
  /** Holds all images in memory. */
  load(): Promise<void>;
  /** Puts image `row` of a part that is held in memory into `out` at `offset`. */
  copyImage(row: number, out: Uint8Array, offset: number): void;
  /** So many images from `row` on, one after another. */
  readRows(row: number, count: number): Promise<Uint8Array>;
  /** float64 [images, channels, 2]. */
  readMoments(): Promise<Float64Array>;
  /** Calls `take` with each image's row, and where its float64 [channels, 2] are in an array that is used again. */
  eachMoments(take: (row: number, moments: Float64Array, offset: number) => void): Promise<void>;
  close(): Promise<void>;
}

/** Null where the part is not, or not wholly, packed in this size. */
export async function tryOpenPart(store: ObjectStore, partId: string, image: PackedImage): Promise<PackedPart | null> {
  const prefix = tensorsPrefix(partId, image);
  if (!(await store.stat(indexKey(prefix)))) return null;
  const index = parsePackedIndex(await store.readBytes(indexKey(prefix)));
  if (!(await isWhole(store, prefix, index))) return null;
  const key = imagesKey(prefix);
  const images = await store.openRandomAccess(key);
  const size = pixelBytes(image);
  let memory: Uint8Array | null = null;
  return {
    count: index.count,
    bytes: images.bytes,
    key,
    async load() {
      const bytes = new Uint8Array(images.bytes);
      for (let at = 0; at < bytes.length; at += READ_BYTES) bytes.set(await images.read(at, READ_BYTES), at);
      memory = bytes;
    },
    copyImage(row, out, offset) {
      if (!memory) throw new TypeError(`The images of ${partId} are not held in memory`);
      out.set(memory.subarray(row * size, (row + 1) * size), offset);
    },
    async readRows(row, count) {
      return memory ? memory.subarray(row * size, (row + count) * size) : images.read(row * size, count * size);
    },
    async readMoments() {
      const bytes = await store.readBytes(momentsKey(prefix));
      return new Float64Array(bytes.slice().buffer);
    },
    async eachMoments(take) {
      const each = momentCount(image.channels);
      const file = await store.openRandomAccess(momentsKey(prefix));
      try {
        for (let row = 0; row < index.count; ) {
          const rows = Math.min(MOMENT_ROWS, index.count - row);
          const bytes = await file.read(row * each * FLOAT64_BYTES, rows * each * FLOAT64_BYTES);
          const moments = new Float64Array(bytes.slice().buffer);
          for (let at = 0; at < rows; at++) take(row + at, moments, at * each);
          row += rows;
        }
      } finally {
        await file.close();
      }
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
