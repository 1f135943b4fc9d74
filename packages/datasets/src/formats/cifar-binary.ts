/**
 * CIFAR's binary version: records of a label (CIFAR-10), or a coarse and a fine label (CIFAR-100), before the pixels,
 * uint8 [3, 32, 32]. As its authors describe it at https://www.cs.toronto.edu/~kriz/cifar.html.
 */
import { type DatasetOptions, type SkippedFile, type Split, TrainyardError } from '@trainyard/contracts';
import type { Archive, ArchiveEntry } from '../archive/archive.js';
import { baseName, printable } from '../archive/entry-names.js';
import { ByteReader } from '../byte-reader.js';
import type { PackedImage } from '../packed-image.js';
import type { Format, ImagePlace, ListedSample, Listing, OnProgress, ReadImage } from './format.js';
import { TextLabels } from './labels/text-labels.js';
import { type PlacedImage, resizeRawImages } from './raw-images.js';
import { checkImageCount, groupBySource, skipOthers } from './sources.js';

const SIDE = 32;
const PIXEL_BYTES = 3 * SIDE * SIDE;
const NAMES_BYTES_MAX = 64 * 1024;
const NAME_FILES = new Set(['batches.meta.txt', 'fine_label_names.txt']);

interface RecordFile {
  entry: ArchiveEntry;
  split: Split;
  /** Before the pixels; the last of them is the label that is used. */
  labelBytes: 1 | 2;
}

export const cifarBinary: Format = {
  description: 'data_batch_1.bin ... and test_batch.bin (CIFAR-10), or train.bin and test.bin (CIFAR-100)',
  detect: (archive) => archive.entries.some((entry) => splitOf(entry) !== null && labelBytesOf(entry) !== null),
  list: listRecords,
  images: readImages,
};

async function listRecords(archive: Archive, { task }: DatasetOptions, onProgress: OnProgress): Promise<Listing> {
  const files = findFiles(archive);
  const total = files.reduce((sum, { entry, labelBytes }) => sum + entry.bytes / (labelBytes + PIXEL_BYTES), 0);
  checkImageCount(total);
  const labels = new TextLabels();
  const samples: ListedSample[] = [];
  for (const file of files) {
    let index = 0;
    for await (const record of readRecords(archive, file)) {
      const label = labels.add(String(record[file.labelBytes - 1]));
      const place = { source: file.entry.path, index: index++, split: file.split };
      samples.push({ ...place, label, width: SIDE, height: SIDE });
      onProgress(samples.length, total);
    }
  }
  const listing = { samples, skipped: findOthers(archive, files) };
  const names = await readNames(archive, files[0].labelBytes);
  return { ...labels.finish(listing, { task, names }), ...listing, isGrey: false };
}

/** Throws `invalid_dataset` where a file is no whole number of records, or nothing is to train on. */
function findFiles(archive: Archive): RecordFile[] {
  const files = archive.entries.flatMap((entry) => {
    const split = splitOf(entry);
    if (split === null) return [];
    const labelBytes = labelBytesOf(entry);
    if (labelBytes === null) throw wrongSize(entry);
    return [{ entry, split, labelBytes }];
  });
  if (!files.some(({ split }) => split === 'train')) {
    throw new TrainyardError('invalid_dataset', `There is no file for training. Expected: ${cifarBinary.description}.`);
  }
  const other = files.find(({ labelBytes }) => labelBytes !== files[0].labelBytes);
  if (other) {
    const detail = `"${printable(files[0].entry.path)}" and "${printable(other.entry.path)}" are of CIFAR-10 and CIFAR-100. Upload each as its own data set.`;
    throw new TrainyardError('invalid_dataset', detail);
  }
  return files;
}

/** By the name that the file was published under; null for others. */
function splitOf({ path, isFolder }: ArchiveEntry): Split | null {
  const match = /^(?:data_batch_\d+|(train)|(test|test_batch))\.bin$/.exec(baseName(path).toLowerCase());
  if (!match || isFolder) return null;
  return match[2] ? 'test' : 'train';
}

/** What the size and the name of a file say of its records; null where it is not made of any. */
function labelBytesOf({ path, bytes }: ArchiveEntry): 1 | 2 | null {
  const fits = ([1, 2] as const).filter((labels) => bytes > 0 && bytes % (labels + PIXEL_BYTES) === 0);
  if (fits.length < 2) return fits[0] ?? null;
  return baseName(path).includes('batch') ? 1 : 2;
}

/** Each record whole. */
async function* readRecords(archive: Archive, { entry, labelBytes }: RecordFile): AsyncGenerator<Uint8Array> {
  const bytes = labelBytes + PIXEL_BYTES;
  const reader = new ByteReader(archive.stream(entry));
  try {
    for (;;) {
      const record = await reader.take(bytes);
      if (record.byteLength === 0) return;
      if (record.byteLength < bytes) throw wrongSize(entry);
      yield record;
    }
  } finally {
    await reader.close();
  }
}

/** One name a line; none where the archive holds no file of names. */
async function readNames(archive: Archive, labelBytes: 1 | 2): Promise<string[]> {
  const name = labelBytes === 1 ? 'batches.meta.txt' : 'fine_label_names.txt';
  const entry = archive.entries.find(({ path }) => baseName(path).toLowerCase() === name);
  if (!entry) return [];
  const text = new TextDecoder().decode(await archive.read(entry, NAMES_BYTES_MAX));
  const names = text.split(/\r?\n/).map((line) => printable(line.trim()));
  return names.slice(0, names.indexOf('') < 0 ? names.length : names.indexOf(''));
}

function findOthers(archive: Archive, files: readonly RecordFile[]): SkippedFile[] {
  const isNames = ({ path }: ArchiveEntry) => NAME_FILES.has(baseName(path).toLowerCase());
  const used = [...files.map(({ entry }) => entry), ...archive.entries.filter(isNames)];
  return skipOthers(archive, new Set(used.map(({ path }) => path)), 'it is none of the files of CIFAR');
}

async function* readImages<S extends ImagePlace>(
  archive: Archive,
  samples: readonly S[],
  image: PackedImage,
): AsyncGenerator<ReadImage<S>> {
  for (const [entry, wanted] of groupBySource(archive, samples)) {
    yield* resizeRawImages(readPixels(archive, entry), wanted, image);
  }
}

async function* readPixels(archive: Archive, entry: ArchiveEntry): AsyncGenerator<PlacedImage> {
  const labelBytes = labelBytesOf(entry);
  if (labelBytes === null) throw wrongSize(entry);
  let index = 0;
  for await (const record of readRecords(archive, { entry, split: 'train', labelBytes })) {
    yield { index: index++, pixels: record.subarray(labelBytes), channels: 3 };
  }
}

function wrongSize({ path, bytes }: ArchiveEntry): TrainyardError {
  const detail = `"${printable(path)}" has ${bytes} bytes, no whole number of records of ${PIXEL_BYTES + 1} or ${PIXEL_BYTES + 2}: it is cut short, or not of CIFAR's binary version. Download it again.`;
  return new TrainyardError('invalid_dataset', detail);
}
