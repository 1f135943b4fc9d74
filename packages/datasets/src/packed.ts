/** Reads packed tensors back, from memory where they are small enough. */
import {
  type DatasetStats,
  type PackedIndex,
  parsePackedIndex,
  SPLITS,
  type Split,
  TrainyardError,
} from '@trainyard/contracts';
import type { ObjectStore, RandomAccess } from '@trainyard/storage';
import { imagesKey, indexKey, labelsKey, tensorsPrefix } from './dataset-keys.js';
import { type PackedImage, pixelBytes } from './packed-image.js';

/** Tensors up to this size, all splits together, are held in memory. */
const MEMORY_BYTES_MAX = 2 * 1024 ** 3;
const READ_BYTES = 64 * 1024 ** 2;

export interface PackedSplit {
  readonly count: number;
  /** Class indices. */
  readonly labels: Int32Array;
  /**
   * Puts the images at `indices`, each uint8 [channels, height, width], into `out` one after another. A promise where
   * they come from the disk. Throws a `RangeError` for an index that is not there or an `out` that is too small.
   */
  readImages(indices: ArrayLike<number>, out: Uint8Array): Promise<void> | void;
}

export interface PackedDataset {
  readonly image: PackedImage;
  /** Names by class index. */
  readonly classes: readonly string[];
  /** Of the train split. */
  readonly stats: DatasetStats;
  readonly splits: Readonly<Record<Split, PackedSplit>>;
  close(): Promise<void>;
}

export interface OpenPackedOptions {
  /** Tensors above this size are read from the store as they are asked for. */
  memoryBytesMax?: number;
}

/** Throws `not_found` where the data set is not packed in this size. */
export async function openPacked(
  store: ObjectStore,
  datasetId: string,
  image: PackedImage,
  options: OpenPackedOptions = {},
): Promise<PackedDataset> {
  const opened = await tryOpenPacked(store, datasetId, image, options);
  if (opened) return opened;
  const size = `${image.width}x${image.height}x${image.channels} (${image.fit})`;
  throw new TrainyardError('not_found', `The data set ${datasetId} is not packed as ${size}.`);
}

/** Null where the data set is not, or not wholly, packed in this size. */
export async function tryOpenPacked(
  store: ObjectStore,
  datasetId: string,
  image: PackedImage,
  options: OpenPackedOptions = {},
): Promise<PackedDataset | null> {
  const prefix = tensorsPrefix(datasetId, image);
  if (!(await store.stat(indexKey(prefix)))) return null;
  const index = parsePackedIndex(await store.readBytes(indexKey(prefix)));
  if (!(await isWhole(store, prefix, index))) return null;
  const total = SPLITS.reduce((sum, split) => sum + index.splits[split].count * pixelBytes(index.image), 0);
  const inMemory = total <= (options.memoryBytesMax ?? MEMORY_BYTES_MAX);
  const opened = await Promise.all(SPLITS.map((split) => openSplit(store, prefix, split, index, inMemory)));
  const [train, validation, test] = opened.map(({ split }) => split);
  return {
    image: { ...index.image, fit: index.fit },
    classes: index.classes,
    stats: index.stats,
    splits: { train, validation, test },
    close: async () => {
      await Promise.all(opened.map(({ close }) => close()));
    },
  };
}

async function isWhole(store: ObjectStore, prefix: string, index: PackedIndex): Promise<boolean> {
  const checks = SPLITS.map(async (split) => {
    const { count } = index.splits[split];
    const images = await store.stat(imagesKey(prefix, split));
    const labels = await store.stat(labelsKey(prefix, split));
    return images?.bytes === count * pixelBytes(index.image) && labels?.bytes === 4 * count;
  });
  return (await Promise.all(checks)).every((whole) => whole);
}

async function openSplit(
  store: ObjectStore,
  prefix: string,
  split: Split,
  index: PackedIndex,
  inMemory: boolean,
): Promise<{ split: PackedSplit; close: () => Promise<void> }> {
  const { count } = index.splits[split];
  const bytes = pixelBytes(index.image);
  const labels = readInt32(await store.readBytes(labelsKey(prefix, split)));
  const images = await store.openRandomAccess(imagesKey(prefix, split));
  if (!inMemory) {
    return { split: { count, labels, readImages: diskReader(images, count, bytes) }, close: () => images.close() };
  }
  const pixels = await readAll(images);
  await images.close();
  return { split: { count, labels, readImages: memoryReader(pixels, count, bytes) }, close: async () => {} };
}

function memoryReader(pixels: Uint8Array, count: number, bytes: number): PackedSplit['readImages'] {
  return (indices, out) => {
    checkRequest(indices, out, count, bytes);
    for (let place = 0; place < indices.length; place++) {
      const start = indices[place] * bytes;
      out.set(pixels.subarray(start, start + bytes), place * bytes);
    }
  };
}

function diskReader(images: RandomAccess, count: number, bytes: number): PackedSplit['readImages'] {
  return async (indices, out) => {
    checkRequest(indices, out, count, bytes);
    const read = async (_: unknown, place: number) => {
      out.set(await images.read(indices[place] * bytes, bytes), place * bytes);
    };
    await Promise.all(Array.from({ length: indices.length }, read));
  };
}

function checkRequest(indices: ArrayLike<number>, out: Uint8Array, count: number, bytes: number): void {
  if (out.byteLength < indices.length * bytes)
    throw new RangeError(`Expected room for ${indices.length * bytes} bytes`);
  for (let place = 0; place < indices.length; place++) {
    const index = indices[place];
    if (!(index >= 0 && index < count)) throw new RangeError(`There is no image ${index}; there are ${count}`);
  }
}

async function readAll(object: RandomAccess): Promise<Uint8Array> {
  const bytes = new Uint8Array(object.bytes);
  for (let offset = 0; offset < bytes.length; offset += READ_BYTES) {
    bytes.set(await object.read(offset, READ_BYTES), offset);
  }
  return bytes;
}

function readInt32(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int32Array.from({ length: bytes.byteLength / 4 }, (_, index) => view.getInt32(4 * index, true));
}
