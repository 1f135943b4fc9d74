/**
 * The 512-byte header blocks of tar files: ustar (POSIX.1-1988), what GNU tar and star add to it, and the v7 headers
 * before it. A name may be completed by other blocks (`tar-extensions.ts`).
 */
import { TrainyardError } from '@trainyard/contracts';

export const BLOCK_BYTES = 512;

export interface TarHeader {
  /** As it stands there, in bytes: the encoding is not said. */
  name: Uint8Array;
  /** Of the data that follow, which fill whole blocks. */
  bytes: number;
  /** What kind of entry it is; '0' is a file. */
  type: string;
}

const NAME = [0, 100] as const;
const SIZE = [124, 136] as const;
const CHECKSUM = [148, 156] as const;
const TYPE_AT = 156;
const MAGIC = [257, 263] as const;
const PREFIX = [345, 500] as const;
const SPACE = 0x20;
const SLASH = 0x2f;

/** Whether a block, which is not all zero, is the header of an entry, which its checksum tells. */
export function isTarHeader(block: Uint8Array): boolean {
  if (block.byteLength < BLOCK_BYTES) return false;
  const expected = readOctal(block.subarray(...CHECKSUM));
  let unsigned = 0;
  let signed = 0;
  for (let index = 0; index < BLOCK_BYTES; index++) {
    const byte = index >= CHECKSUM[0] && index < CHECKSUM[1] ? SPACE : block[index];
    unsigned += byte;
    // Some old programs summed up signed bytes.
    signed += byte < 128 ? byte : byte - 256;
  }
  return expected === unsigned || expected === signed;
}

/** Throws `invalid_archive` where the block says what no tar file can. */
export function readTarHeader(block: Uint8Array): TarHeader {
  const bytes = readSize(block.subarray(...SIZE));
  if (bytes === null)
    throw new TrainyardError('invalid_archive', 'The tar file is damaged: a size in it is no number.');
  const type = block[TYPE_AT] === 0 ? '0' : String.fromCharCode(block[TYPE_AT]);
  const name = untilZero(block.subarray(...NAME));
  const prefix = hasPrefix(block) ? untilZero(block.subarray(...PREFIX)) : new Uint8Array(0);
  return { name: prefix.byteLength > 0 ? joined(prefix, name) : name, bytes, type };
}

/** `ustar` followed by a zero; GNU tar's own format has a space there, and other things in the place of the prefix. */
function hasPrefix(block: Uint8Array): boolean {
  return Buffer.from(block.subarray(...MAGIC)).equals(Buffer.from('ustar\0'));
}

export function untilZero(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

function joined(prefix: Uint8Array, name: Uint8Array): Uint8Array {
  const path = new Uint8Array(prefix.byteLength + 1 + name.byteLength);
  path.set(prefix);
  path[prefix.byteLength] = SLASH;
  path.set(name, prefix.byteLength + 1);
  return path;
}

/** In octal digits, or, where the first bit is set, as a big-endian number. Null where it is neither. */
function readSize(field: Uint8Array): number | null {
  if ((field[0] & 0x80) === 0) return readOctal(field);
  let value = field[0] & 0x7f;
  for (const byte of field.subarray(1)) value = value * 256 + byte;
  return Number.isSafeInteger(value) ? value : null;
}

/** Digits with spaces before them and spaces or zeros behind. */
function readOctal(field: Uint8Array): number | null {
  const text = Buffer.from(field)
    .toString('latin1')
    .replace(/^ +/, '')
    .replace(/[ \0].*$/s, '');
  if (text === '') return 0;
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : null;
}
