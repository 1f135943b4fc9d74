/** Opens an uploaded object as an archive, by its first bytes. */
import { TrainyardError } from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import { ARCHIVE_LIMITS, type Archive, type ArchiveLimits } from './archive.js';
import { openZip } from './zip.js';

/** Files that people upload in place of a zip file, by how they begin. */
const OTHER_KINDS = [
  { kind: 'a gzip file', offset: 0, magic: [0x1f, 0x8b] },
  { kind: 'a zstd file', offset: 0, magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { kind: 'a 7z file', offset: 0, magic: [0x37, 0x7a, 0xbc, 0xaf] },
  { kind: 'a RAR file', offset: 0, magic: [0x52, 0x61, 0x72, 0x21] },
  { kind: 'a PNG image', offset: 0, magic: [0x89, 0x50, 0x4e, 0x47] },
  { kind: 'a JPEG image', offset: 0, magic: [0xff, 0xd8, 0xff] },
  { kind: 'a tar file', offset: 257, magic: [0x75, 0x73, 0x74, 0x61, 0x72] },
];
const HEAD_BYTES = 512;

/** Throws `invalid_archive` for what is no archive that can be read. */
export async function openArchive(
  store: ObjectStore,
  key: string,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): Promise<Archive> {
  const object = await store.openRandomAccess(key);
  const head = await object.read(0, HEAD_BYTES);
  const other = OTHER_KINDS.find(({ offset, magic }) => magic.every((byte, index) => head[offset + index] === byte));
  if (!other) return openZip(object, limits);
  await object.close();
  throw new TrainyardError('invalid_archive', `The upload is ${other.kind}. Pack the images in a zip file.`);
}
