/**
 * Removes the checkpoint files of a job that no row knows. An attempt that was killed between a file and its row has left
 * them, or between a row's removal and its file's: without this a job that is killed often would fill the disk.
 */
import type { TrainingClaim } from '@trainyard/db';
import type { WorkerContext } from '../context.js';

/** Call it before the attempt has written a file. What an older one writes after that is refused its row. */
export async function removeStrayFiles({ db, store }: WorkerContext, { id, attempt }: TrainingClaim): Promise<void> {
  if (attempt === 1) return;
  const known = new Set(await db.checkpoints.storageKeys(id));
  const strays: string[] = [];
  for await (const key of store.list(`checkpoints/${id}`)) if (!known.has(key)) strays.push(key);
  for (const key of strays) await store.remove(key);
}
