/** Reads the directory of a zip file, and checks what it claims before anything is unpacked. */
import { TrainyardError } from '@trainyard/contracts';
import type { Entry, ZipFile } from 'yauzl';
import type { ArchiveEntry, ArchiveLimits } from './archive.js';
import { type Directory, DirectoryBuilder } from './directory.js';
import { decodeLossy, entryPath, NOT_UTF8, printable } from './entry-names.js';
import { zipEntryName } from './zip-names.js';

const STORED = 0;
const DEFLATED = 8;
export const LOCAL_HEADER_BYTES = 30;
const UNIX_TYPE_MASK = 0xf000;
const UNIX_LINK = 0xa000;

/** Its position is that of its header. */
export interface ZipEntry extends ArchiveEntry {
  readonly compressedBytes: number;
  readonly deflated: boolean;
  readonly crc32: number;
  /** Of the name in its header; what follows the name there may be of another length than in the directory. */
  readonly nameBytes: number;
}

export async function readZipDirectory(zip: ZipFile, limits: ArchiveLimits): Promise<Directory<ZipEntry>> {
  const directory = new DirectoryBuilder<ZipEntry>(zip.fileSize, limits);
  const extents: Extent[] = [];
  for await (const found of zip.eachEntry()) {
    const name = zipEntryName(found);
    const entry = toZipEntry(found, name ?? decodeLossy(found.fileNameRaw));
    directory.add(entry, name === null ? NOT_UTF8 : reasonToSkip(found, entry.path));
    const bytes = LOCAL_HEADER_BYTES + found.fileNameLength + entry.compressedBytes;
    extents.push({ start: entry.position, end: entry.position + bytes });
  }
  checkOverlaps(extents);
  return directory.finish();
}

function toZipEntry(entry: Entry, name: string): ZipEntry {
  return {
    path: entryPath(name),
    isFolder: /[/\\]$/.test(name),
    bytes: entry.uncompressedSize,
    compressedBytes: entry.compressedSize,
    deflated: entry.compressionMethod === DEFLATED,
    crc32: entry.crc32,
    position: entry.relativeOffsetOfLocalHeader,
    nameBytes: entry.fileNameLength,
  };
}

function reasonToSkip(entry: Entry, path: string): string | null {
  if (entry.isEncrypted()) {
    const detail = `"${printable(path)}" is encrypted. Make the zip file again without a password.`;
    throw new TrainyardError('invalid_archive', detail);
  }
  if (((entry.externalFileAttributes >>> 16) & UNIX_TYPE_MASK) === UNIX_LINK) return 'it is a symbolic link';
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
    return `it is packed with method ${entry.compressionMethod}; only stored and deflated entries can be read`;
  }
  return null;
}

interface Extent {
  start: number;
  end: number;
}

/** Entries that share their bytes are how a small file claims to hold a large one many times. */
function checkOverlaps(extents: Extent[]): void {
  extents.sort((a, b) => a.start - b.start);
  const overlaps = extents.some(({ start }, index) => index > 0 && start < extents[index - 1].end);
  if (!overlaps) return;
  throw new TrainyardError('invalid_archive', 'The entries of the archive overlap in it. Make the zip file again.');
}
