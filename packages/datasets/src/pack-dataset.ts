/** Packs a data set that was ingested before in another size, when a job first asks for it. */
import { type DatasetPart, TrainyardError } from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import { openArchive } from './archive/open-archive.js';
import { unpackedKey } from './dataset-keys.js';
import { FORMATS } from './formats/formats.js';
import { readManifest, readPartSamples } from './manifest.js';
import { packImages } from './pack.js';
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
  for (const part of manifest.parts) {
    const found = await tryOpenPart(store, part.part_id, image);
    if (found) await found.close();
    else await packPart(store, part, image);
  }
  return openPacked(store, datasetId, image, options);
}

async function packPart(store: ObjectStore, part: DatasetPart, image: PackedImage): Promise<void> {
  const { part_id: partId, source_key, format, reading } = part;
  const samples = await readPartSamples(store, partId);
  const archive = await openArchive(store, source_key, { unpackTo: unpackedKey(partId) });
  try {
    await packImages({ store, partId, image }, FORMATS[format].images(archive, samples, image, reading), {
      failed: (_, { file, reason }) => {
        throw new TrainyardError('invalid_dataset', `An image could be read before and cannot now: ${file}: ${reason}`);
      },
    });
  } finally {
    await archive.close();
  }
}
