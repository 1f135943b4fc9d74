/** The files that say what a data set is, and of what parts. */
import {
  checkDatasetSample,
  checkPartSample,
  type DatasetManifest,
  type DatasetSample,
  type PartSample,
  parseDatasetManifest,
} from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import { manifestKey, partSamplesKey, samplesKey } from './dataset-keys.js';
import { readLines } from './json-lines.js';

/** Throws `not_found` where there is no such data set, or it has not been ingested to its end. */
export async function readManifest(store: ObjectStore, datasetId: string): Promise<DatasetManifest> {
  return parseDatasetManifest(await store.readBytes(manifestKey(datasetId)));
}

/** Answers the digest of the data set. */
export async function writeManifest(store: ObjectStore, manifest: DatasetManifest): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(manifest));
  return (await store.write(manifestKey(manifest.dataset_id), bytes)).sha256;
}

/** In the order in which they are packed. */
export async function readPartSamples(store: ObjectStore, partId: string): Promise<PartSample[]> {
  return collect(readLines(store, partSamplesKey(partId), checkPartSample));
}

export async function readDatasetSamples(store: ObjectStore, datasetId: string): Promise<DatasetSample[]> {
  return collect(readLines(store, samplesKey(datasetId), checkDatasetSample));
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
