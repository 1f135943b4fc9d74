/** Guards against archives that unpack to far more than they are. */
import { TrainyardError } from '@trainyard/contracts';
import type { ArchiveLimits } from './archive.js';

/** Throws `invalid_archive` where `unpackedBytes`, of an archive of `archiveBytes`, is beyond the limits. */
export function checkUnpackedSize(unpackedBytes: number, archiveBytes: number, limits: ArchiveLimits): void {
  if (unpackedBytes > limits.totalBytes) {
    const detail = `The archive would unpack to more than ${limits.totalBytes} bytes. Upload smaller images.`;
    throw new TrainyardError('invalid_archive', detail);
  }
  if (unpackedBytes > limits.ratioFromBytes && unpackedBytes > limits.ratio * archiveBytes) {
    const detail = `The archive would unpack to more than ${limits.ratio} times its size. Expected: images. Pack them as JPEG or PNG.`;
    throw new TrainyardError('invalid_archive', detail);
  }
}
