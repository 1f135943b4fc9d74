/** Images that are files of their own in an archive: some of their heads, and their pixels. */
import { availableParallelism } from 'node:os';
import { type SkipCode, TrainyardError } from '@trainyard/contracts';
import type { Archive, ArchiveEntry } from '../archive/archive.js';
import { contentOf } from '../content.js';
import { decodeWithHead, type ImageHead, readImageHead, toPlanar } from '../decode.js';
import { orderedMap } from '../ordered-map.js';
import type { PackedImage } from '../packed-image.js';
import type { DecodedImage, ImagePlace, ReadImage } from './format.js';

/** A larger file is skipped: no photo is, and each is in memory as a whole while it is decoded. */
export const FILE_BYTES_MAX = 64 * 1024 ** 2;
/** What all files that are decoded at one time may take. */
const MEMORY_BUDGET_BYTES = 128 * 1024 ** 2;

/** How many images are decoded at once. */
export const DECODING = { concurrency: 2 * availableParallelism(), budget: MEMORY_BUDGET_BYTES };

/** Steps over the samples, so that the first that come are of all classes. */
const HEADS = 256;

/** Heads of files from all over the archive; those that cannot be read are left out. */
export async function* readImageHeads(archive: Archive, samples: readonly ImagePlace[]): AsyncGenerator<ImageHead> {
  const step = Math.max(1, Math.floor(samples.length / HEADS));
  const chosen = samples.filter((_, place) => place % step === 0);
  const heads = orderedMap(chosen, ({ source }) => readHead(archive, archive.find(source)), {
    ...DECODING,
    cost: ({ source }) => archive.find(source)?.bytes ?? 0,
  });
  for await (const head of heads) if (head) yield head;
}

async function readHead(archive: Archive, entry: ArchiveEntry | undefined): Promise<ImageHead | null> {
  try {
    return entry ? await readImageHead(await archive.read(entry, FILE_BYTES_MAX)) : null;
  } catch (error) {
    skipOf(error);
    return null;
  }
}

/** Reads samples that are files, in their order. */
export function readImageFiles<S extends ImagePlace>(
  archive: Archive,
  samples: readonly S[],
  image: PackedImage,
): AsyncIterable<ReadImage<S>> {
  return orderedMap(samples, (sample) => readImage(archive, archive.find(sample.source), sample, image), {
    ...DECODING,
    cost: ({ source }) => archive.find(source)?.bytes ?? 0,
  });
}

async function readImage<S extends ImagePlace>(
  archive: Archive,
  entry: ArchiveEntry | undefined,
  sample: S,
  image: PackedImage,
): Promise<ReadImage<S>> {
  try {
    if (!entry) throw new TrainyardError('invalid_archive', 'It is no longer in the archive.');
    if (entry.bytes > FILE_BYTES_MAX) {
      return {
        sample,
        reason: `it has ${entry.bytes} bytes; at most ${FILE_BYTES_MAX} are read`,
        code: 'image_too_large',
      };
    }
    return { sample, ...(await decodeEncoded(await archive.read(entry, FILE_BYTES_MAX), image)) };
  } catch (error) {
    return { sample, ...skipOf(error) };
  }
}

/** The image of a file. Throws `invalid_image`. */
export async function decodeEncoded(bytes: Uint8Array, image: PackedImage): Promise<DecodedImage> {
  const { pixels, ...head } = await decodeWithHead(bytes, image);
  return { ...head, pixels: toPlanar(pixels, image.channels), content: contentOf(bytes) };
}

/** Why a file is skipped. What is not about the file itself is thrown on. */
export function skipOf(error: unknown): { reason: string; code: SkipCode } {
  if (error instanceof TrainyardError) {
    if (error.code === 'invalid_image') {
      return { reason: error.detail, code: isTooLarge(error) ? 'image_too_large' : 'unreadable_image' };
    }
    if (error.code === 'invalid_archive') return { reason: error.detail, code: 'damaged_entry' };
  }
  throw error;
}

/** Whether an image was refused for its pixels, by the words of libvips, which the reader of bitmaps shares. */
function isTooLarge({ cause }: TrainyardError): boolean {
  return cause instanceof Error && /exceeds pixel limit/.test(cause.message);
}
