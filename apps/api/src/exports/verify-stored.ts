/** Checks a stored file against its digest, in constant memory, before any of it is sent. */
import { createHash } from 'node:crypto';
import { TrainyardError } from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';

export interface StoredFile {
  key: string;
  bytes: number;
}

/** Throws `checkpoint_corrupt` where the file is gone or not what was written. `digest` is `sha256:` and its hash. */
export async function verifyStored(
  store: ObjectStore,
  { key, digest }: { key: string; digest: string },
): Promise<StoredFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of await open(store, key)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  if (`sha256:${hash.digest('hex')}` !== digest) throw corrupt('does not match its digest');
  return { key, bytes };
}

async function open(store: ObjectStore, key: string) {
  try {
    return await store.read(key);
  } catch (error) {
    if (error instanceof TrainyardError && error.code === 'not_found') throw corrupt('is gone');
    throw error;
  }
}

function corrupt(what: string): TrainyardError {
  return new TrainyardError(
    'checkpoint_corrupt',
    `The file of this checkpoint ${what}. Use another checkpoint of the job.`,
  );
}
