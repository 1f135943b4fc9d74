/** Whether a data set is still the one that a job was made for. */
import { createHash } from 'node:crypto';
import { parseDatasetManifest, TrainyardError } from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import { manifestKey, samplesKey } from './dataset-keys.js';

/**
 * Throws `dataset_changed` unless the manifest has the SHA-256 that is given, in hexadecimal, and the table of samples the
 * one that the manifest says. A job that notes none was made by a version whose data sets are not read any more; of a
 * manifest of that version it throws `invalid_dataset`.
 */
export async function verifyManifest(store: ObjectStore, datasetId: string, digest: string | null): Promise<void> {
  if (digest === null) {
    const remedy = 'Upload it again, and post the job for that one.';
    throw changed(datasetId, `was read by an earlier version of Trainyard. ${remedy}`);
  }
  const key = manifestKey(datasetId);
  await verify(store, datasetId, { key, name: 'manifest', digest });
  const { samples } = parseDatasetManifest(await store.readBytes(key));
  await verify(store, datasetId, { key: samplesKey(datasetId), name: 'table of samples', digest: samples.sha256 });
}

/** In constant memory: the table has a line for each image. */
async function verify(
  store: ObjectStore,
  datasetId: string,
  { key, name, digest }: { key: string; name: string; digest: string },
): Promise<void> {
  if ((await store.stat(key)) === null) throw changed(datasetId, `has lost its ${name}. Upload it again.`);
  const hash = createHash('sha256');
  for await (const chunk of await store.read(key)) hash.update(chunk as Uint8Array);
  const found = hash.digest('hex');
  if (found === digest) return;
  const what = `its ${name} has the digest ${found}, not ${digest}`;
  throw changed(datasetId, `is not what the job was made for: ${what}. Upload it again.`);
}

function changed(datasetId: string, what: string): TrainyardError {
  return new TrainyardError('dataset_changed', `The data set ${datasetId} ${what}`);
}
