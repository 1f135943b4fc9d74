/** One folder of image files for each class, or `train/`, `val/` and `test/` above those. */
import { availableParallelism } from 'node:os';
import { type DatasetOptions, TrainyardError } from '@trainyard/contracts';
import type { Archive, ArchiveEntry } from '../archive/archive.js';
import { printable } from '../archive/entry-names.js';
import { decodeImage, type ImageHead, readImageHead, toPlanar } from '../decode.js';
import { orderedMap } from '../ordered-map.js';
import type { PackedImage } from '../packed-image.js';
import { type ClassifiedFile, isImageFile, readFolderLayout } from './folder-layout.js';
import type { Format, ListedSample, Listing, OnProgress, ReadImage } from './format.js';

/** A larger file is skipped: no photo is, and each is in memory as a whole while it is decoded. */
const FILE_BYTES_MAX = 64 * 1024 ** 2;
/** What all images that are decoded at one time may take, by the size of their files and their pixels in RGB. */
const MEMORY_BUDGET_BYTES = 256 * 1024 ** 2;
const CONCURRENCY = 2 * availableParallelism();

export const imageFolder: Format = {
  description: 'a folder of images for each class, or train/, val/ and test/ above such folders',
  detect: (archive) => archive.entries.some(isImageFile),
  list: listImageFolder,
  images: readImageFiles,
};

async function listImageFolder(archive: Archive, _: DatasetOptions, onProgress: OnProgress): Promise<Listing> {
  const { files, classes, skipped } = readFolderLayout(archive.entries);
  const classIndex = new Map(classes.map((name, index) => [name, index]));
  const listing: Listing = { classes, samples: [], skipped, isGrey: true };
  const heads = orderedMap(files, (file) => readHead(archive, file), {
    concurrency: CONCURRENCY,
    cost: ({ entry }) => entry.bytes,
    budget: MEMORY_BUDGET_BYTES,
  });
  let done = 0;
  for await (const { file, head, reason } of heads) {
    onProgress(++done, files.length);
    if (!head) {
      skipped.push({ file: printable(file.entry.path), reason });
      continue;
    }
    listing.isGrey &&= head.isGrey;
    listing.samples.push({
      source: file.entry.path,
      class: classIndex.get(file.className) ?? 0,
      split: file.split,
      width: head.width,
      height: head.height,
    });
  }
  return listing;
}

type FileHead = { file: ClassifiedFile } & ({ head: ImageHead; reason?: undefined } | { head: null; reason: string });

async function readHead(archive: Archive, file: ClassifiedFile): Promise<FileHead> {
  try {
    return { file, head: await readImageHead(await archive.read(file.entry, FILE_BYTES_MAX)) };
  } catch (error) {
    return { file, head: null, reason: reasonOf(error) };
  }
}

function readImageFiles<S extends ListedSample>(
  archive: Archive,
  samples: readonly S[],
  image: PackedImage,
): AsyncIterable<ReadImage<S>> {
  const entries = new Map(archive.entries.map((entry) => [entry.path, entry]));
  return orderedMap(samples, (sample) => readImage(archive, entries.get(sample.source), sample, image), {
    concurrency: CONCURRENCY,
    cost: ({ source, width, height }) => 3 * width * height + (entries.get(source)?.bytes ?? 0),
    budget: MEMORY_BUDGET_BYTES,
  });
}

async function readImage<S extends ListedSample>(
  archive: Archive,
  entry: ArchiveEntry | undefined,
  sample: S,
  image: PackedImage,
): Promise<ReadImage<S>> {
  try {
    if (!entry) throw new TrainyardError('invalid_archive', 'It is no longer in the archive.');
    const pixels = await decodeImage(await archive.read(entry, FILE_BYTES_MAX), image);
    return { sample, pixels: toPlanar(pixels, image.channels) };
  } catch (error) {
    return { sample, reason: reasonOf(error) };
  }
}

/** Why a file is skipped. What is not about the file itself is thrown on. */
function reasonOf(error: unknown): string {
  const isAboutTheFile =
    error instanceof TrainyardError && (error.code === 'invalid_image' || error.code === 'invalid_archive');
  if (!isAboutTheFile) throw error;
  return error.detail;
}
