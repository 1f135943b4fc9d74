/** Packs a data set that was ingested before in another size, when a job first asks for it. */
import { type DatasetManifest, parseDatasetManifest, TrainyardError } from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import { openArchive } from './archive/open-archive.js';
import { manifestKey, tensorsPrefix, unpackedKey } from './dataset-keys.js';
import { FORMATS } from './formats/formats.js';
import { packImages, writeIndex } from './pack.js';
import { type OpenPackedOptions, openPacked, type PackedDataset, tryOpenPacked } from './packed.js';
import type { PackedImage } from './packed-image.js';

/** Throws `not_found` where there is no such data set, or it has not been ingested to its end. */
export async function readManifest(store: ObjectStore, datasetId: string): Promise<DatasetManifest> {
  return parseDatasetManifest(await store.readBytes(manifestKey(datasetId)));
}

/**
 * The data set in the given size; packs it where nobody has yet. Callers may race. Throws `invalid_dataset` where an
 * image cannot be read any more.
 */
export async function packDataset(
  store: ObjectStore,
  datasetId: string,
  image: PackedImage,
  options: OpenPackedOptions = {},
): Promise<PackedDataset> {
  const packed = await tryOpenPacked(store, datasetId, image, options);
  if (packed) return packed;
  const manifest = await readManifest(store, datasetId);
  const target = { store, prefix: tensorsPrefix(datasetId, image), image, classes: manifest.classes };
  const archive = await openArchive(store, manifest.source_key, { unpackTo: unpackedKey(datasetId) });
  try {
    const { failed, stats, splits } = await packImages(
      target,
      FORMATS[manifest.format].images(archive, manifest.samples, image, manifest.reading),
    );
    if (failed.length > 0) {
      const { file, reason } = failed[0].file;
      throw new TrainyardError('invalid_dataset', `An image could be read before and cannot now: ${file}: ${reason}`);
    }
    await writeIndex(target, stats, splits);
  } finally {
    await archive.close();
  }
  return openPacked(store, datasetId, image, options);
}
