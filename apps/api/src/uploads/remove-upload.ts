/** Removes what is left of an upload that has ended. */
import type { ExpiredUpload } from '@trainyard/db';
import type { FastifyInstance } from 'fastify';

/** The bytes first: as long as there is a row, what could not be removed is found again. */
export async function removeUpload(
  { db, store }: Pick<FastifyInstance, 'db' | 'store'>,
  { id, sourceKey, isUsed }: ExpiredUpload,
): Promise<void> {
  if (!isUsed) await store.removePrefix(sourceKey.slice(0, sourceKey.lastIndexOf('/')));
  await db.uploads.forget(id);
}
