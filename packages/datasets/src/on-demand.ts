/**
 * What reads archives and decodes images, loaded when it is first asked for: a process that trains on packed images needs none
 * of it, and it is a quarter of all modules that such a process would load.
 */
import type * as decode from './decode.js';
import type * as gallery from './gallery/gallery.js';
import type * as ingest from './ingest.js';
import type * as packing from './packing-time.js';

export const ingestDataset: typeof ingest.ingestDataset = async (...given) =>
  (await import('./ingest.js')).ingestDataset(...given);

export const writeGallery: typeof gallery.writeGallery = async (...given) =>
  (await import('./gallery/gallery.js')).writeGallery(...given);

export const readImageHead: typeof decode.readImageHead = async (...given) =>
  (await import('./decode.js')).readImageHead(...given);

export const decodeImage: typeof decode.decodeImage = async (...given) =>
  (await import('./decode.js')).decodeImage(...given);

export const packingTime: typeof packing.packingTime = async (...given) =>
  (await import('./packing-time.js')).packingTime(...given);

/** Loads the decoder for whoever is going to need it: the first image is not to wait for that. */
export async function loadDecoder(): Promise<void> {
  await import('./decode.js');
}
