/** How long it would take to pack a data set in a size that nobody has asked for yet: by its first images. */
import type { DatasetPart } from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import { openArchive } from './archive/open-archive.js';
import { unpackedKey } from './dataset-keys.js';
import { FORMATS } from './formats/formats.js';
import { readManifest, readPartSamples } from './manifest.js';
import type { PackedImage } from './packed-image.js';
import { tryOpenPart } from './packed-part.js';

/** Seconds; 0 where all is packed. Reads images of each part that is not for `sampleMs`, and keeps none of them. */
export async function packingTime(
  store: ObjectStore,
  datasetId: string,
  image: PackedImage,
  sampleMs: number,
): Promise<number> {
  const { parts } = await readManifest(store, datasetId);
  let seconds = 0;
  for (const part of parts) {
    const found = await tryOpenPart(store, part.part_id, image);
    if (found) await found.close();
    else seconds += await partTime(store, part, image, sampleMs);
  }
  return seconds;
}

async function partTime(store: ObjectStore, part: DatasetPart, image: PackedImage, sampleMs: number): Promise<number> {
  const { part_id: partId, source_key, format, reading } = part;
  const startedAt = performance.now();
  const samples = await readPartSamples(store, partId);
  const archive = await openArchive(store, source_key, { unpackTo: unpackedKey(partId) });
  const openedAt = performance.now();
  try {
    let read = 0;
    for await (const _ of FORMATS[format].images(archive, samples, image, reading)) {
      read += 1;
      if (performance.now() - openedAt >= sampleMs) break;
    }
    const readingMs = ((performance.now() - openedAt) * samples.length) / Math.max(read, 1);
    return (openedAt - startedAt + readingMs) / 1000;
  } finally {
    await archive.close();
  }
}
