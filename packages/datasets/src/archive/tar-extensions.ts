/** What stands before a tar header and completes it: the records of pax (POSIX.1-2001) and the long names of GNU tar. */
import { TrainyardError } from '@trainyard/contracts';
import { decodeLossy } from './entry-names.js';
import { untilZero } from './tar-header.js';

/** What extensions say of the entry that follows them. */
export interface TarExtension {
  name?: Uint8Array;
  bytes?: number;
  isSparse?: boolean;
}

/** Names are at most some thousand bytes; larger extensions are not kept in memory. */
export const EXTENSION_BYTES_MAX = 1024 ** 2;

/** The types of headers whose data are an extension. */
export const PAX = 'x';
export const PAX_GLOBAL = 'g';
export const GNU_LONG_NAME = 'L';
export const GNU_LONG_LINK = 'K';

/** Throws `invalid_archive` for records that cannot be read. */
export function readExtension(type: string, data: Uint8Array): TarExtension {
  if (type === PAX) return readPax(data);
  // The target of a link, and the remarks on all entries together, change nothing here.
  return type === GNU_LONG_NAME ? { name: untilZero(data) } : {};
}

/** Records `<length> <key>=<value>\n`, where the length is that of the whole record in bytes. */
function readPax(data: Uint8Array): TarExtension {
  const extension: TarExtension = {};
  for (let rest = data; rest.byteLength > 0 && rest[0] !== 0; ) {
    const space = rest.indexOf(0x20);
    const length = Number(decodeLossy(rest.subarray(0, Math.max(space, 0))));
    const equals = rest.indexOf(0x3d, space);
    const isRecord =
      space > 0 && equals > 0 && Number.isInteger(length) && length > equals && length <= rest.byteLength;
    if (!isRecord) throw damaged();
    const key = decodeLossy(rest.subarray(space + 1, equals));
    takeRecord(extension, key, rest.subarray(equals + 1, length - 1));
    rest = rest.subarray(length);
  }
  return extension;
}

function takeRecord(extension: TarExtension, key: string, value: Uint8Array): void {
  if (key === 'path') extension.name = value;
  if (key.startsWith('GNU.sparse.')) extension.isSparse = true;
  if (key !== 'size') return;
  const text = decodeLossy(value);
  const bytes = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(bytes)) throw damaged();
  extension.bytes = bytes;
}

function damaged(): TrainyardError {
  return new TrainyardError('invalid_archive', 'The tar file is damaged: a pax record in it cannot be read.');
}
