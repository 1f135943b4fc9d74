/** Images that are files of their own in an archive: their heads, and their pixels. */
import { availableParallelism } from 'node:os';
import { TrainyardError } from '@trainyard/contracts';
import type { Archive, ArchiveEntry } from '../archive/archive.js';
import { decodeImage, type ImageHead, readImageHead, toPlanar } from '../decode.js';
import { orderedMap } from '../ordered-map.js';
import type { PackedImage } from '../packed-image.js';
import type { ListedSample, ReadImage } from './format.js';

/** A larger file is skipped: no photo is, and each is in memory as a whole while it is decoded. */
export const FILE_BYTES_MAX = 64 * 1024 ** 2;
/** What all images that are decoded at one time may take, by the size of their files and their pixels in RGB. */
const MEMORY_BUDGET_BYTES = 256 * 1024 ** 2;

/** How many images are decoded at once. */
export const DECODING = { concurrency: 2 * availableParallelism(), budget: MEMORY_BUDGET_BYTES };

/** A file and what its head says, or why it cannot be used. */
export type FileHead<F> = { file: F } & ({ head: ImageHead; reason?: undefined } | { head: null; reason: string });

/** Reads the heads of files, in their order. */
export function readImageHeads<F extends { entry: ArchiveEntry }>(
  archive: Archive,
  files: readonly F[],
): AsyncIterable<FileHead<F>> {
  return orderedMap(files, (file) => readHead(archive, file), {
    ...DECODING,
    cost: ({ entry }) => entry.bytes,
  });
}

async function readHead<F extends { entry: ArchiveEntry }>(archive: Archive, file: F): Promise<FileHead<F>> {
  try {
    return { file, head: await readImageHead(await archive.read(file.entry, FILE_BYTES_MAX)) };
  } catch (error) {
    return { file, head: null, reason: reasonOf(error) };
  }
}

/** Reads samples that are files, in their order. */
export function readImageFiles<S extends ListedSample>(
  archive: Archive,
  samples: readonly S[],
  image: PackedImage,
): AsyncIterable<ReadImage<S>> {
  const entries = new Map(archive.entries.map((entry) => [entry.path, entry]));
  return orderedMap(samples, (sample) => readImage(archive, entries.get(sample.source), sample, image), {
    ...DECODING,
    cost: ({ source, width, height }) => 3 * width * height + (entries.get(source)?.bytes ?? 0),
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
export function reasonOf(error: unknown): string {
  const isAboutTheFile =
    error instanceof TrainyardError && (error.code === 'invalid_image' || error.code === 'invalid_archive');
  if (!isAboutTheFile) throw error;
  return error.detail;
}
