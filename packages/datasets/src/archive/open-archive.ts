/** Opens an uploaded object as an archive, by its first bytes. */
import { TrainyardError } from '@trainyard/contracts';
import type { ObjectStore, RandomAccess } from '@trainyard/storage';
import { ARCHIVE_LIMITS, type Archive, type ArchiveLimits } from './archive.js';
import { type Packing, packingOf, readPackedHead, unpackObject } from './packing.js';
import { SingleFile, singleFileName } from './single-file.js';
import { openTar } from './tar.js';
import { BLOCK_BYTES, isTarHeader } from './tar-header.js';
import { openZip } from './zip.js';

export interface OpenArchiveOptions {
  /**
   * The key of an object that a compressed tar file is unpacked to, for it to be read at any place. An object that is
   * there is taken for that; it belongs to the caller.
   */
  unpackTo: string;
  limits?: ArchiveLimits;
  /** Is told, while an archive is unpacked, how many of its bytes have been read. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Files that people upload in place of an archive that can be read, by how they begin. */
const OTHER_KINDS = [
  { kind: 'a 7z file', magic: [0x37, 0x7a, 0xbc, 0xaf] },
  { kind: 'a RAR file', magic: [0x52, 0x61, 0x72, 0x21] },
  { kind: 'an xz file', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { kind: 'a bzip2 file', magic: [0x42, 0x5a, 0x68] },
  { kind: 'a PNG image', magic: [0x89, 0x50, 0x4e, 0x47] },
  { kind: 'a JPEG image', magic: [0xff, 0xd8, 0xff] },
];

/** Throws `invalid_archive` for what is no archive that can be read. */
export async function openArchive(store: ObjectStore, key: string, options: OpenArchiveOptions): Promise<Archive> {
  const object = await store.openRandomAccess(key);
  const { limits = ARCHIVE_LIMITS } = options;
  const { packing, head } = await closingOnError(object, () => readHead(object));
  const fileName = singleFileName(head);
  if (!isTarHeader(head) && fileName === null) return openZip(object, limits);
  const open = (plain: RandomAccess) => (fileName ? new SingleFile(plain, fileName) : openTar(plain, limits));
  if (packing === null) return open(object);
  await object.close();
  await unpackObject(store, { key, bytes: object.bytes, packing }, options.unpackTo, {
    limits,
    onProgress: options.onProgress,
  });
  return open(await store.openRandomAccess(options.unpackTo));
}

/** The first bytes of an upload, unpacked where it is packed as a whole. Throws where they are those of no archive. */
async function readHead(object: RandomAccess): Promise<{ packing: Packing | null; head: Uint8Array }> {
  const head = await object.read(0, BLOCK_BYTES);
  const packing = packingOf(head);
  if (packing === null) {
    const other = OTHER_KINDS.find(({ magic }) => magic.every((byte, index) => head[index] === byte));
    if (other) throw notAnArchive(other.kind);
    return { packing, head };
  }
  const unpacked = await readPackedHead(object, packing, BLOCK_BYTES);
  if (!isTarHeader(unpacked) && singleFileName(unpacked) === null) {
    throw notAnArchive(`a ${packing} file, and what is packed in it is neither a tar file nor a table`);
  }
  return { packing, head: unpacked };
}

async function closingOnError<T>(object: RandomAccess, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await object.close();
    throw error;
  }
}

function notAnArchive(kind: string): TrainyardError {
  return new TrainyardError(
    'invalid_archive',
    `The upload is ${kind}. Pack the images in a zip or tar file, or upload a table by itself.`,
  );
}
