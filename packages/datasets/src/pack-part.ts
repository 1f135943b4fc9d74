/** Packs one part of a data set in a size that nobody has asked for before, from the archive that was uploaded. */
import { type DatasetPart, TrainyardError } from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import { openArchive } from './archive/open-archive.js';
import { unpackedKey } from './dataset-keys.js';
import { FORMATS } from './formats/formats.js';
import { readPartSamples } from './manifest.js';
import { packImages } from './pack.js';
import type { PackedImage } from './packed-image.js';

/** Throws `invalid_dataset` where an image cannot be read any more. */
export async function packPart(store: ObjectStore, part: DatasetPart, image: PackedImage): Promise<void> {
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
