/** A data set as training reads it: its splits, out of the packed tensors of its parts. */
import {
  checkDatasetSample,
  type DatasetManifest,
  type DatasetStats,
  type DatasetTask,
  type SampleLabel,
  type Split,
  TrainyardError,
} from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import { samplesKey } from './dataset-keys.js';
import { readLines } from './json-lines.js';
import { readManifest } from './manifest.js';
import { momentCount, StatsSum } from './moments.js';
import { type PackedImage, pixelBytes } from './packed-image.js';
import { type PackedPart, tryOpenPart } from './packed-part.js';

/** Tensors up to this size, all parts together, are held in memory; of others the system's cache holds what fits. */
const MEMORY_BYTES_MAX = 512 * 1024 ** 2;

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
    const splits = await readSplits(store, manifest);
    const stats = await statsOf(parts, splits.train, image);
    const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
    if (total <= (options.memoryBytesMax ?? MEMORY_BYTES_MAX)) for (const part of parts) await part.load();
    const { task, classes, targets } = manifest;
    const width = targets ? targets.length : task === 'multilabel' ? classes.length : 1;
    const open = (split: Split) => openSplit(parts, splits[split], { task, width }, image);
    return {
      image,
      ...{ task, classes, targets, stats },
      splits: { train: open('train'), validation: open('validation'), test: open('test') },
      close: () => closeAll(parts),
    };
  } catch (error) {
    await closeAll(parts);
    throw error;
  }
}

/** The images of a split: where they are, and their labels. */
interface SplitRows {
  parts: number[];
  rows: number[];
  labels: SampleLabel[];
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

async function readSplits(store: ObjectStore, { dataset_id }: DatasetManifest): Promise<Record<Split, SplitRows>> {
  const empty = (): SplitRows => ({ parts: [], rows: [], labels: [] });
  const splits: Record<Split, SplitRows> = { train: empty(), validation: empty(), test: empty() };
  for await (const { split, part, row, label } of readLines(store, samplesKey(dataset_id), checkDatasetSample)) {
    const rows = splits[split];
    rows.parts.push(part);
    rows.rows.push(row);
    rows.labels.push(label);
  }
  return splits;
}

async function statsOf(parts: readonly PackedPart[], train: SplitRows, image: PackedImage): Promise<DatasetStats> {
  const sum = new StatsSum(image.channels, image.width * image.height);
  const size = momentCount(image.channels);
  for (const [index, part] of parts.entries()) {
    const moments = await part.readMoments();
    for (let place = 0; place < train.rows.length; place++) {
      if (train.parts[place] === index) sum.add(moments, train.rows[place] * size);
    }
  }
  return sum.result();
}

function openSplit(
  parts: readonly PackedPart[],
  { parts: partOf, rows, labels }: SplitRows,
  shape: { task: DatasetTask; width: number },
  image: PackedImage,
): PackedSplit {
  const size = pixelBytes(image);
  const count = rows.length;
  const places = Uint32Array.from(rows);
  const owners = Uint16Array.from(partOf);
  return {
    count,
    labels: labelArray(labels, shape),
    readImages(indices, out) {
      checkRequest(indices, out, count, size);
      const waiting: Promise<void>[] = [];
      for (let place = 0; place < indices.length; place++) {
        const index = indices[place];
        const read = parts[owners[index]].readImage(places[index], out, place * size);
        if (read) waiting.push(read);
      }
      return waiting.length > 0 ? Promise.all(waiting).then(() => {}) : undefined;
    },
  };
}

function labelArray(
  labels: readonly SampleLabel[],
  { task, width }: { task: DatasetTask; width: number },
): Int32Array | Float32Array {
  if (task === 'multiclass') return Int32Array.from(labels, (label) => Number(label));
  const array = new Float32Array(labels.length * width);
  for (const [row, label] of labels.entries()) {
    const numbers = typeof label === 'number' ? [label] : label;
    if (task === 'regression') array.set(numbers, row * width);
    else for (const index of numbers) array[row * width + index] = 1;
  }
  return array;
}

function checkRequest(indices: ArrayLike<number>, out: Uint8Array, count: number, bytes: number): void {
  if (out.byteLength < indices.length * bytes)
    throw new RangeError(`Expected room for ${indices.length * bytes} bytes`);
  for (let place = 0; place < indices.length; place++) {
    const index = indices[place];
    if (!(index >= 0 && index < count)) throw new RangeError(`There is no image ${index}; there are ${count}`);
  }
}
