/** The gallery of a data set, as the worker that read it has left it in the object store. */
import {
  type GalleryIndex,
  type GallerySample,
  galleryKey,
  parseGalleryIndex,
  TrainyardError,
} from '@trainyard/contracts';
import type { Database } from '@trainyard/db';
import type { ObjectStore } from '@trainyard/storage';

export interface GalleryAccess {
  readonly db: Pick<Database, 'datasets'>;
  readonly store: ObjectStore;
}

export interface Gallery {
  readonly datasetId: string;
  readonly index: GalleryIndex;
}

/** Throws `not_found`, also where the data set has no gallery, and `dataset_not_ready`. */
export async function readGallery({ db, store }: GalleryAccess, projectId: string, id: string): Promise<Gallery> {
  const { status } = await db.datasets.get(projectId, id);
  if (status !== 'ready') throw notReady(status);
  try {
    return { datasetId: id, index: parseGalleryIndex(await store.readBytes(galleryKey(id, 'index.json'))) };
  } catch (error) {
    throw error instanceof TrainyardError && error.code === 'not_found' ? noGallery(error) : error;
  }
}

/** The pixels of some samples, uint8 [image, channels, height, width]. */
export async function readPixels(
  { store }: Pick<GalleryAccess, 'store'>,
  { datasetId, index }: Gallery,
  samples: readonly GallerySample[],
): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height, channels } = index.image;
  const bytes = width * height * channels;
  const pixels = new Uint8Array(samples.length * bytes);
  const images = await store.openRandomAccess(galleryKey(datasetId, 'images'));
  try {
    const places = new Map(index.samples.map((sample, place) => [sample, place]));
    for (const [row, sample] of samples.entries()) {
      pixels.set(await images.read((places.get(sample) ?? 0) * bytes, bytes), row * bytes);
    }
  } finally {
    await images.close();
  }
  return pixels;
}

function notReady(status: string): TrainyardError {
  const detail =
    status === 'failed'
      ? 'The data set failed, so there is nothing to see of it. Its `error` says why.'
      : `The data set is ${status}. Wait until its status is ready.`;
  return new TrainyardError('dataset_not_ready', detail);
}

function noGallery(cause: unknown): TrainyardError {
  const detail = 'The data set has no pictures: an earlier version of Trainyard has read it. Upload it again.';
  return new TrainyardError('not_found', detail, { cause });
}
