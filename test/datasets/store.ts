// An empty object store, and ingesting an archive in it.
import {
  checkDatasetSample,
  checkPartSample,
  type DatasetFormat,
  type DatasetOptions,
  type DatasetProgress,
  type SkippedFile,
} from '@trainyard/contracts';
import { ingestDataset, readManifest } from '@trainyard/datasets';
import { type ObjectStore, openObjectStore } from '@trainyard/storage';
import { createTestFolder } from '../setup/index.js';

export interface IngestCall {
  datasetId?: string;
  parentId?: string;
  format?: 'auto' | DatasetFormat;
  options?: DatasetOptions;
  report?: (progress: DatasetProgress) => void;
}

export function createTestStore(): ObjectStore {
  return openObjectStore({ root: createTestFolder() });
}

export async function ingest(store: ObjectStore, archive: Uint8Array, call: IngestCall = {}) {
  const { datasetId = 'ds_1', parentId = null, format = 'auto', options = {}, report } = call;
  const sourceKey = `uploads/${datasetId}/source`;
  await store.write(sourceKey, archive);
  return ingestDataset(store, { datasetId, sourceKey, parentId, format, options }, report);
}

export async function keysBelow(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list(prefix)) keys.push(key);
  return keys;
}

/** What is kept of a data set: its manifest, its images in their order, and what was skipped. */
export async function readStored(store: ObjectStore, datasetId = 'ds_1') {
  const manifest = await readManifest(store, datasetId);
  const parts = await Promise.all(
    manifest.parts.map(({ part_id }) => lines(store, `datasets/${part_id}/images.jsonl`, checkPartSample)),
  );
  const table = await lines(store, `datasets/${datasetId}/samples.jsonl`, checkDatasetSample);
  const samples = table.map((sample) => ({ ...sample, ...parts[sample.part][sample.row] }));
  const skipped = await lines(store, `datasets/${datasetId}/skipped.jsonl`, (line) => line as SkippedFile);
  return { manifest, samples, skipped };
}

async function lines<T>(store: ObjectStore, key: string, check: (value: unknown) => T): Promise<T[]> {
  const text = new TextDecoder().decode(await store.readBytes(key));
  return text === ''
    ? []
    : text
        .trimEnd()
        .split('\n')
        .map((line) => check(JSON.parse(line)));
}
