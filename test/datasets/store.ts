// An empty object store, and ingesting an archive in it.
import type { DatasetFormat, DatasetOptions, DatasetProgress } from '@trainyard/contracts';
import { ingestDataset } from '@trainyard/datasets';
import { type ObjectStore, openObjectStore } from '@trainyard/storage';
import { createTestFolder } from '../setup/index.js';

export interface IngestCall {
  datasetId?: string;
  format?: 'auto' | DatasetFormat;
  options?: DatasetOptions;
  report?: (progress: DatasetProgress) => void;
}

export function createTestStore(): ObjectStore {
  return openObjectStore({ root: createTestFolder() });
}

export async function ingest(store: ObjectStore, archive: Uint8Array, call: IngestCall = {}) {
  const { datasetId = 'ds_1', format = 'auto', options = {}, report } = call;
  const sourceKey = `uploads/${datasetId}/source`;
  await store.write(sourceKey, archive);
  return ingestDataset(store, { datasetId, sourceKey, format, options }, report);
}

export async function keysBelow(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list(prefix)) keys.push(key);
  return keys;
}
