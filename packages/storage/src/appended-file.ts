/** A file that is written at its end, over several processes' lives. */
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TrainyardError } from '@trainyard/contracts';
import { asStoreError } from './file-errors.js';
import { flushFolders } from './flush-folders.js';
import { unlessMissing } from './missing-files.js';
import type { AppendedObject } from './object-store.js';

export async function beginAppend(path: string): Promise<AppendedObject> {
  const created = await mkdir(dirname(path), { recursive: true });
  const handle = await open(path, 'w');
  await flushFolders(dirname(path), created);
  return appending(path, handle, 0);
}

export async function resumeAppend(path: string, bytes: number, key: string): Promise<AppendedObject> {
  const handle = await unlessMissing(open(path, 'r+'));
  if (handle === null) throw fewerBytes(key, bytes);
  try {
    await cutTo(bytes, handle, key);
    return appending(path, handle, bytes);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Drops what lies beyond the first `bytes`. */
export async function cutTo(bytes: number, handle: FileHandle, key: string): Promise<void> {
  const { size } = await handle.stat();
  if (size < bytes) throw fewerBytes(key, bytes);
  if (size > bytes) await handle.truncate(bytes);
}

export function fewerBytes(key: string, bytes: number): TrainyardError {
  return new TrainyardError('not_found', `There are no ${bytes} bytes of ${key} any more.`);
}

function appending(path: string, handle: FileHandle, bytes: number): AppendedObject {
  let end = bytes;
  return {
    async write(chunk) {
      try {
        for (let done = 0; done < chunk.byteLength; ) {
          const { bytesWritten } = await handle.write(chunk, done, chunk.byteLength - done, end);
          done += bytesWritten;
          end += bytesWritten;
        }
      } catch (error) {
        throw asStoreError(error);
      }
    },
    async flush() {
      const flushed = end;
      try {
        await handle.sync();
      } catch (error) {
        throw asStoreError(error);
      }
      return flushed;
    },
    discard: () => rm(path, { force: true }),
    close: () => handle.close(),
  };
}
