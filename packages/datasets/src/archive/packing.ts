/** How an upload is packed as a whole: a tar file, unlike a zip file, is compressed in one piece, by another program. */
import { Readable } from 'node:stream';
import { TrainyardError } from '@trainyard/contracts';
import type { ObjectStore, RandomAccess } from '@trainyard/storage';
import { ByteReader, gunzip } from '../byte-reader.js';
import type { ArchiveLimits } from './archive.js';
import { readPieces } from './read-window.js';
import { checkUnpackedSize } from './unpacked-size.js';
import { unzstd } from './zstd.js';

export type Packing = 'gzip' | 'zstd';

const MAGICS: readonly [Packing, readonly number[]][] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
];

/** By the first bytes; null where they are those of neither. */
export function packingOf(head: Uint8Array): Packing | null {
  const found = MAGICS.find(([, magic]) => magic.every((byte, index) => head[index] === byte));
  return found ? found[0] : null;
}

/** The first `count` bytes of what is packed, fewer where there are no more. Throws `invalid_archive`. */
export async function readPackedHead(object: RandomAccess, packing: Packing, count: number): Promise<Uint8Array> {
  const reader = new ByteReader(unpack(readPieces(object, 0, object.bytes), packing));
  try {
    return await reader.take(count);
  } finally {
    await reader.close();
  }
}

/**
 * Writes what is packed in one object to another, where it can be read at any place. An object that is there already
 * is left as it is. Throws `invalid_archive`, and then leaves nothing behind.
 */
export async function unpackObject(
  store: ObjectStore,
  from: { key: string; bytes: number; packing: Packing },
  to: string,
  { limits, onProgress }: { limits: ArchiveLimits; onProgress?: ((done: number, total: number) => void) | undefined },
): Promise<void> {
  if (await store.stat(to)) return;
  const packed = counted(await store.read(from.key), (done) => onProgress?.(done, from.bytes));
  const unpacked = unpack(packed, from.packing);
  await store.write(to, Readable.from(limited(unpacked, from.bytes, limits), { objectMode: false }));
}

async function* counted(chunks: AsyncIterable<Uint8Array>, onBytes: (done: number) => void) {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    onBytes(bytes);
    yield chunk;
  }
}

async function* limited(unpacked: AsyncIterable<Uint8Array>, packedBytes: number, limits: ArchiveLimits) {
  let bytes = 0;
  for await (const chunk of unpacked) {
    bytes += chunk.byteLength;
    checkUnpackedSize(bytes, packedBytes, limits);
    yield chunk;
  }
}

function unpack(chunks: AsyncIterable<Uint8Array>, packing: Packing): AsyncIterable<Uint8Array> {
  return packing === 'gzip' ? ungzip(chunks) : unzstd(chunks);
}

async function* ungzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* gunzip(chunks);
  } catch (error) {
    throw isZlibError(error) ? damagedGzip(error) : error;
  }
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

function damagedGzip(cause: unknown): TrainyardError {
  const detail = 'The gzip file is damaged or cut short. Upload it again, or make it again.';
  return new TrainyardError('invalid_archive', detail, { cause });
}
