/** What the images of a split are, in the order in which a packed split has them. */
import type { PartSample, Split } from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import { nameOf } from './formats/sources.js';
import { readDatasetSamples, readManifest, readPartSamples } from './manifest.js';

export interface SplitImage {
  /** As the upload names it. */
  file: string;
  /** The first 128 bits of the SHA-256 of its bytes, in hexadecimal: what it is, whatever data set it is in. */
  content: string;
}

/** Throws `not_found` where there is no such data set, or it has not been ingested to its end. */
export async function readSplitImages(store: ObjectStore, datasetId: string, split: Split): Promise<SplitImage[]> {
  const { parts } = await readManifest(store, datasetId);
  const samples = (await readDatasetSamples(store, datasetId)).filter((sample) => sample.split === split);
  const images: PartSample[][] = [];
  for (const [place, { part_id }] of parts.entries()) {
    const isUsed = samples.some(({ part }) => part === place);
    images.push(isUsed ? await readPartSamples(store, part_id) : []);
  }
  return samples.map(({ part, row }) => {
    const image = images[part][row];
    return { file: nameOf(image), content: image.content };
  });
}
