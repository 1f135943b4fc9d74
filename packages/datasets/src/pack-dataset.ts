/** Packs a data set that was ingested before in another size, when a job first asks for it. */
import type { ObjectStore } from '@trainyard/storage';
import { readManifest } from './manifest.js';
import { type OpenPackedOptions, openPacked, type PackedDataset, tryOpenPacked } from './packed.js';
import type { PackedImage } from './packed-image.js';
import { tryOpenPart } from './packed-part.js';

/**
 * The data set in the given size; packs those of its parts that nobody has yet. Callers may race. Throws
 * `invalid_dataset` where an image cannot be read any more.
 */
export async function packDataset(
  store: ObjectStore,
  datasetId: string,
  image: PackedImage,
  options: OpenPackedOptions = {},
): Promise<PackedDataset> {
  const manifest = await readManifest(store, datasetId);
  const packed = await tryOpenPacked(store, manifest, image, options);
  if (packed) return packed;
  // What reads archives is loaded here: most jobs find their images packed.
  for (const part of manifest.parts) {
    const found = await tryOpenPart(store, part.part_id, image);
    if (found) await found.close();
    else await (await import('./pack-part.js')).packPart(store, part, image);
  }
  return openPacked(store, datasetId, image, options);
}
