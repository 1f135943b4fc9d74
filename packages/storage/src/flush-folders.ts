/** Makes names survive a power cut: on most file systems a file that was flushed can still lose its name. */
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { unlessMissing } from './missing-files.js';

/** Flushes the names in `folder` and, where folders were made for it, the names of those. */
export async function flushFolders(folder: string, firstCreated: string | undefined): Promise<void> {
  const last = firstCreated === undefined ? folder : dirname(firstCreated);
  for (let path = folder; ; path = dirname(path)) {
    const handle = await unlessMissing(open(path, 'r'));
    await handle?.sync().finally(() => handle.close());
    if (path === last || path === dirname(path)) return;
  }
}
