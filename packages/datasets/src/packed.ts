/** A data set as training reads it: its splits, out of the packed tensors of its parts. */
import { totalmem } from 'node:os';
import {
  type DatasetManifest,
  type DatasetStats,
  type DatasetTask,
  type Split,
  TrainyardError,
} from '@trainyard/contracts';
import type { ObjectStore, PieceReader, Pieces } from '@trainyard/storage';
import { readManifest } from './manifest.js';
import { StatsSum } from './moments.js';
import { type PackedImage, pixelBytes } from './packed-image.js';
import { type PackedPart, tryOpenPart } from './packed-part.js';
import { readSplitRows, type SplitRows } from './split-rows.js';

/**
 * Tensors up to this size, all parts together, are held in memory, so that what a training takes is bounded whatever the data
 * set. Of others the system's cache holds what fits: it is shared by all trainings of a machine, and given up where memory is short.
 */
const MEMORY_BYTES_MAX = 64 * 1024 ** 2;

/** Tensors up to this part of the memory are brought into the system's cache when they are opened. */
const CACHED_SHARE_MAX = 0.5;

function cachedBytes(): number {
  // Without a limit this is 0, or more than there is.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return CACHED_SHARE_MAX * Math.min(totalmem(), limit);
}

export interface PackedSplit {
  readonly count: number;
  /**
   * The class of each image (multiclass); row by row a 0 or 1 for each label (multilabel) or the targets (regression),
   * float32 [count, width].
   */
  readonly labels: Int32Array | Float32Array;
  /**
   * Puts the images at `indices`, each uint8 [channels, height, width], into `out` one after another. A promise where
   * they come from the disk. Throws a `RangeError` for an index that is not there or an `out` that is too small.
   */
  readImages(indices: ArrayLike<number>, out: Uint8Array): Promise<void> | void;
}

export interface PackedDataset {
  readonly image: PackedImage;
  readonly task: DatasetTask;
  /** Names by class index, or of the labels. */
  readonly classes: readonly string[];
  /** Names of the numbers of a regression; else null. */
  readonly targets: readonly string[] | null;
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
  const opened = await tryOpenPacked(store, await readManifest(store, datasetId), image, options);
  if (opened) return opened;
  const size = `${image.width}x${image.height}x${image.channels} (${image.fit})`;
  throw new TrainyardError('not_found', `The data set ${datasetId} is not packed as ${size}.`);
}

/** Null where one of the parts is not, or not wholly, packed in this size. */
export async function tryOpenPacked(
  store: ObjectStore,
  manifest: DatasetManifest,
  image: PackedImage,
  options: OpenPackedOptions = {},
): Promise<PackedDataset | null> {
  const parts = await openParts(store, manifest, image);
  if (!parts) return null;
  try {
    const splits = await readSplitRows(store, manifest);
    const stats = await statsOf(parts, splits.train, image);
    const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
    const { memoryBytesMax = MEMORY_BYTES_MAX } = options;
    const isHeld = total <= memoryBytesMax;
    if (isHeld) for (const part of parts) await part.load();
    const stored = isHeld ? null : await openStored(store, parts, image, total);
    const { task, classes, targets } = manifest;
    const open = (split: Split) => openSplit(stored ?? copyHeld(parts, image), splits[split], image);
    return {
      image,
      ...{ task, classes, targets, stats },
      splits: { train: open('train'), validation: open('validation'), test: open('test') },
      async close() {
        await stored?.close();
        await closeAll(parts);
      },
    };
  } catch (error) {
    await closeAll(parts);
    throw error;
  }
}

async function openParts(
  store: ObjectStore,
  { parts }: DatasetManifest,
  image: PackedImage,
): Promise<PackedPart[] | null> {
  const opened: PackedPart[] = [];
  for (const { part_id } of parts) {
    const part = await tryOpenPart(store, part_id, image);
    if (part) opened.push(part);
    else {
      await closeAll(opened);
      return null;
    }
  }
  return opened;
}

async function closeAll(parts: readonly PackedPart[]): Promise<void> {
  await Promise.all(parts.map((part) => part.close()));
}

async function statsOf(parts: readonly PackedPart[], train: SplitRows, image: PackedImage): Promise<DatasetStats> {
  const sum = new StatsSum(image.channels, image.width * image.height);
  for (const [index, part] of parts.entries()) {
    const isWanted = wantedRows(part.count, train, index);
    await part.eachMoments((row, moments, offset) => {
      for (let times = isWanted[row]; times > 0; times--) sum.add(moments, offset);
    });
  }
  return sum.result();
}

/** How often each row of a part is in a split: sums are of whole numbers, so their order does not matter. */
function wantedRows(count: number, { parts, rows }: SplitRows, part: number): Uint8Array {
  const wanted = new Uint8Array(count);
  for (let place = 0; place < rows.length; place++) if (parts[place] === part) wanted[rows[place]]++;
  return wanted;
}

/** Puts images of the parts, by part and row, into `out` one after another. */
interface ImageReader {
  read(images: Pieces, out: Uint8Array): Promise<void> | void;
}

function openStored(
  store: ObjectStore,
  parts: readonly PackedPart[],
  image: PackedImage,
  bytes: number,
): Promise<PieceReader> {
  const keys = parts.map(({ key }) => key);
  return store.openPieces(keys, { pieceBytes: pixelBytes(image), isWarming: bytes <= cachedBytes() });
}

function copyHeld(parts: readonly PackedPart[], image: PackedImage): ImageReader {
  const size = pixelBytes(image);
  return {
    read({ objects, places }, out) {
      for (let i = 0; i < places.length; i++) parts[objects[i]].copyImage(places[i], out, i * size);
    },
  };
}

function openSplit(images: ImageReader, split: SplitRows, image: PackedImage): PackedSplit {
  const { count, labels, parts, rows } = split;
  const size = pixelBytes(image);
  return {
    count,
    labels,
    readImages(indices, out) {
      checkRequest(indices, out, count, size);
      const objects = new Uint16Array(indices.length);
      const places = new Uint32Array(indices.length);
      for (let i = 0; i < indices.length; i++) {
        objects[i] = parts[indices[i]];
        places[i] = rows[indices[i]];
      }
      return images.read({ objects, places }, out);
    },
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
