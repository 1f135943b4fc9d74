/** Whether a data set is still the one that a job was made for. */
import { createHash } from 'node:crypto';
import { TrainyardError } from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import { manifestKey } from './dataset-keys.js';

/**
 * Throws `dataset_changed` unless the manifest has the SHA-256 that is given, in hexadecimal. A job that notes none was
 * made by a version whose data sets are not read any more.
 */
export async function verifyManifest(store: ObjectStore, datasetId: string, digest: string | null): Promise<void> {
  if (digest === null) {
    throw changed(
      datasetId,
      'was read by an earlier version of Trainyard. Upload it again, and post the job for that one.',
    );
  }
  const key = manifestKey(datasetId);
  if ((await store.stat(key)) === null) throw changed(datasetId, 'has lost its manifest. Upload it again.');
  const found = createHash('sha256')
    .update(await store.readBytes(key))
    .digest('hex');
  if (found !== digest) {
    throw changed(
      datasetId,
      `is not what the job was made for: its manifest has the digest ${found}, not ${digest}. Upload it again.`,
    );
  }
}

function changed(datasetId: string, what: string): TrainyardError {
  return new TrainyardError('dataset_changed', `The data set ${datasetId} ${what}`);
}
