/** Removes the files of data sets that were deleted. */
import type { Database, UnneededFiles } from '@trainyard/db';
import type { ObjectStore } from '@trainyard/storage';
import { datasetFolder, uploadFolder } from '../routes/datasets/folders.js';

/**
 * The files first: as long as the row does not say that they are gone, what could not be removed is found again. Doing it
 * twice at once does no harm.
 */
export async function removeFiles(
  { db, store }: { db: Pick<Database, 'datasets'>; store: ObjectStore },
  { id, sourceKey }: UnneededFiles,
): Promise<void> {
  if (sourceKey !== null) await store.remove(sourceKey);
  await store.removePrefix(uploadFolder(id));
  await store.removePrefix(datasetFolder(id));
  await db.datasets.filesRemoved(id);
}
