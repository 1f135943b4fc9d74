/** What the file system's errors mean to those who use a store. */
import { TrainyardError } from '@trainyard/contracts';
import { errorCode } from './missing-files.js';

const FULL = ['ENOSPC', 'EDQUOT'];
/** What a disk or a file server that fails says. */
const BROKEN = ['EIO', 'EROFS', 'ESTALE'];

export function asStoreError(error: unknown): unknown {
  const code = String(errorCode(error));
  if (FULL.includes(code)) {
    return new TrainyardError('storage_full', 'The object store is full. Free some space and try again.', {
      cause: error,
    });
  }
  if (!BROKEN.includes(code)) return error;
  return new TrainyardError('unavailable', 'The object store cannot be written to.', { cause: error });
}
