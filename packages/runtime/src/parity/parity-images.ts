/** The images that an exported file is tried on: held-out ones of the data set, or noise where that is gone. */
import { createCipheriv, createHash } from 'node:crypto';
import { type ImageSize, type ParityCertificate, SPLITS, type TaskDataset, TrainyardError } from '@trainyard/contracts';
import { type PackedDataset, packDataset, verifyManifest } from '@trainyard/datasets';
import type { ObjectStore } from '@trainyard/storage';

export interface ParityImages {
  /** How many, and where they come from. */
  about: ParityCertificate['images'];
  /** uint8 [count, channels, height, width], as training reads them. */
  planar: Uint8Array;
  /** uint8 [count, height, width, channels], as an exported file takes them. */
  interleaved: Uint8Array;
}

/** Held-out images first. */
const PREFERRED = [...SPLITS].reverse();
const SEED = 'trainyard parity';
/** Without an id, since equal checkpoints are to give equal files. */
const REASON = 'The files of the data set are gone, or are not those that the checkpoint was trained on.';

/** Up to `count` images at the size that a model takes, spread evenly over a split. */
export async function parityImages(
  store: ObjectStore,
  dataset: TaskDataset,
  { image, count }: { image: ImageSize; count: number },
): Promise<ParityImages> {
  try {
    await verifyManifest(store, dataset.id, dataset.digest);
    const data = await packDataset(store, dataset.id, { ...image, fit: dataset.fit });
    try {
      return await heldOutImages(data, { image, count });
    } finally {
      await data.close();
    }
  } catch (error) {
    if (!isGone(error)) throw error;
    return randomImages({ image, count });
  }
}

async function heldOutImages(
  { splits }: Pick<PackedDataset, 'splits'>,
  { image, count }: { image: ImageSize; count: number },
): Promise<ParityImages> {
  const source = PREFERRED.find((name) => splits[name].count > 0);
  if (source === undefined) throw new TrainyardError('invalid_dataset', 'The data set has no images.');
  const split = splits[source];
  const used = Math.min(count, split.count);
  const indices = Array.from({ length: used }, (_, place) => Math.floor((place * split.count) / used));
  const planar = new Uint8Array(used * bytesOf(image));
  await split.readImages(indices, planar);
  return { about: { count: used, source, reason: null }, planar, interleaved: toInterleaved(planar, image) };
}

function randomImages({ image, count }: { image: ImageSize; count: number }): ParityImages {
  const planar = seededBytes(count * bytesOf(image));
  return { about: { count, source: 'random', reason: REASON }, planar, interleaved: toInterleaved(planar, image) };
}

/** The key stream of AES-128 in counter mode: the same bytes everywhere. */
function seededBytes(length: number): Uint8Array {
  const key = createHash('sha256').update(SEED).digest().subarray(0, 16);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(new Uint8Array(length));
}

/** From [count, channels, height, width] to [count, height, width, channels]. */
export function toInterleaved(planar: Uint8Array, { width, height, channels }: ImageSize): Uint8Array {
  if (channels === 1) return planar;
  const plane = width * height;
  const size = plane * channels;
  const interleaved = new Uint8Array(planar.length);
  for (let first = 0; first < planar.length; first += size) {
    for (let channel = 0; channel < channels; channel++) {
      const from = first + channel * plane;
      for (let place = 0; place < plane; place++) {
        interleaved[first + place * channels + channel] = planar[from + place];
      }
    }
  }
  return interleaved;
}

function bytesOf({ width, height, channels }: ImageSize): number {
  return width * height * channels;
}

/** The files of a data set go when it is deleted; those of one that an old version has read are not read any more. */
const GONE: readonly string[] = ['not_found', 'dataset_changed', 'invalid_dataset'];

function isGone(error: unknown): error is TrainyardError {
  return error instanceof TrainyardError && GONE.includes(error.code);
}
