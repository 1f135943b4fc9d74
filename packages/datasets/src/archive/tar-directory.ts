/** Finds the entries of a tar file by going from header to header, without reading what lies between them. */
import { TrainyardError } from '@trainyard/contracts';
import type { RandomAccess } from '@trainyard/storage';
import type { ArchiveEntry, ArchiveLimits } from './archive.js';
import { type Directory, DirectoryBuilder } from './directory.js';
import { decodeLossy, decodeUtf8, entryPath, NOT_UTF8, printable } from './entry-names.js';
import { ReadWindow } from './read-window.js';
import {
  EXTENSION_BYTES_MAX,
  GNU_LONG_LINK,
  GNU_LONG_NAME,
  PAX,
  PAX_GLOBAL,
  readExtension,
  type TarExtension,
} from './tar-extensions.js';
import { BLOCK_BYTES, isTarHeader, readTarHeader, type TarHeader } from './tar-header.js';

/** Its position is that of its data. */
export type TarEntry = ArchiveEntry;

const FOLDER = '5';
const OLD_GNU_SPARSE = 'S';
/** '7' is a file that lay in one piece on its disk. */
const FILES: ReadonlySet<string> = new Set(['0', '7']);
const EXTENSIONS: ReadonlySet<string> = new Set([PAX, PAX_GLOBAL, GNU_LONG_NAME, GNU_LONG_LINK]);
/** Entries that have no data, whatever their size says. */
const WITHOUT_DATA: ReadonlySet<string> = new Set(['1', '2', '3', '4', FOLDER, '6']);

const REASONS: Readonly<Record<string, string>> = {
  1: 'it is a hard link; make the archive again with --hard-dereference',
  2: 'it is a symbolic link',
  3: 'it is a device',
  4: 'it is a device',
  6: 'it is a named pipe',
};
const SPARSE = 'it is stored with holes (a sparse file); make the archive again without --sparse';

/** Throws `invalid_archive`. */
export async function readTarDirectory(object: RandomAccess, limits: ArchiveLimits): Promise<Directory<TarEntry>> {
  const directory = new DirectoryBuilder<TarEntry>(object.bytes, limits);
  const blocks = new ReadWindow(object);
  let extension: TarExtension = {};
  let hasEnded = false;
  for (let offset = 0; offset < object.bytes; ) {
    const block = await blocks.read(offset, BLOCK_BYTES);
    offset += BLOCK_BYTES;
    // Two blocks of zeros end the archive; where archives were joined, another follows.
    hasEnded = block.every((byte) => byte === 0);
    if (hasEnded) continue;
    const header = readBlock(block, offset);
    if (EXTENSIONS.has(header.type)) {
      checkWhole(decodeLossy(header.name), offset + header.bytes, object.bytes);
      extension = { ...extension, ...(await readExtensionAt(blocks, header, offset)) };
      offset += padded(header.bytes);
      continue;
    }
    if (header.type === OLD_GNU_SPARSE) offset = await skipSparseMap(blocks, block, offset);
    const { entry, reason } = toTarEntry(header, extension, offset);
    extension = {};
    checkWhole(entry.path, offset + entry.bytes, object.bytes);
    directory.add(entry, reason);
    offset += padded(entry.bytes);
  }
  if (!hasEnded) throw cutShort('it has no end mark');
  return directory.finish();
}

function readBlock(block: Uint8Array, end: number): TarHeader {
  if (block.byteLength < BLOCK_BYTES) throw cutShort('it ends within a header');
  if (isTarHeader(block)) return readTarHeader(block);
  const detail = `The tar file is damaged: there is no header where one is expected, at byte ${end - BLOCK_BYTES}. Make it again.`;
  throw new TrainyardError('invalid_archive', detail);
}

async function readExtensionAt(blocks: ReadWindow, header: TarHeader, offset: number): Promise<TarExtension> {
  if (header.bytes > EXTENSION_BYTES_MAX) {
    throw new TrainyardError('invalid_archive', 'The tar file is damaged: a name in it is longer than any can be.');
  }
  return readExtension(header.type, await blocks.read(offset, header.bytes));
}

function toTarEntry(
  header: TarHeader,
  extension: TarExtension,
  offset: number,
): { entry: TarEntry; reason: string | null } {
  const rawName = extension.name ?? header.name;
  const name = decodeUtf8(rawName);
  const shown = name ?? decodeLossy(rawName);
  // Before there was a type for folders, a closing slash made one.
  const isFolder = header.type === FOLDER || (header.type === '0' && shown.endsWith('/'));
  const bytes = WITHOUT_DATA.has(header.type) ? 0 : (extension.bytes ?? header.bytes);
  const entry = { path: entryPath(shown), isFolder, bytes, position: offset };
  return { entry, reason: name === null ? NOT_UTF8 : reasonToSkip(header.type, extension) };
}

function reasonToSkip(type: string, { isSparse }: TarExtension): string | null {
  if (isSparse || type === OLD_GNU_SPARSE) return SPARSE;
  if (FILES.has(type) || type === FOLDER) return null;
  return REASONS[type] ?? `it is of a kind that is not known ("${printable(type)}")`;
}

/** GNU tar's older way to store holes: blocks between the header and the data say where they are. */
async function skipSparseMap(blocks: ReadWindow, header: Uint8Array, offset: number): Promise<number> {
  let end = offset;
  for (let continues = header[482] === 1; continues; end += BLOCK_BYTES) {
    const block = await blocks.read(end, BLOCK_BYTES);
    continues = block[504] === 1;
  }
  return end;
}

function checkWhole(path: string, end: number, archiveBytes: number): void {
  if (end > archiveBytes) throw cutShort(`it ends within "${printable(path)}"`);
}

function padded(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}

function cutShort(how: string): TrainyardError {
  const detail = `The tar file is cut short: ${how}. Upload it again, or make it again.`;
  return new TrainyardError('invalid_archive', detail);
}
