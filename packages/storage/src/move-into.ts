/** Gives a finished file its name, so that it survives a power cut. Threads import this. */
import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { flushFolders } from './flush-folders.js';
import { isMissing } from './missing-files.js';

const ATTEMPTS = 3;

/** Makes the folders that `path` needs. */
export async function moveInto(temporary: string, path: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const created = await mkdir(dirname(path), { recursive: true });
    try {
      await rename(temporary, path);
      return await flushFolders(dirname(path), created);
    } catch (error) {
      // The folder was removed in between: a prefix is being deleted beside this write.
      if (!isMissing(error) || attempt === ATTEMPTS) throw error;
    }
  }
}
