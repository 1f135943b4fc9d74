/**
 * Zip files. yauzl reads the directory; entries are then read at their places in any order. What the directory claims is
 * checked against limits before anything is unpacked, and against the data while it is.
 */
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { crc32, inflateRaw, inflateRawSync } from 'node:zlib';
import { type SkippedFile, TrainyardError } from '@trainyard/contracts';
import type { RandomAccess } from '@trainyard/storage';
import { fromRandomAccessReaderPromise, type ZipFile } from 'yauzl';
import type { Archive, ArchiveEntry, ArchiveLimits } from './archive.js';
import type { Directory } from './directory.js';
import { printable } from './entry-names.js';
import { ObjectReader } from './object-reader.js';
import { ObjectSlice } from './object-slice.js';
import { ReadAhead } from './read-ahead.js';
import { LOCAL_HEADER_BYTES, readZipDirectory, type ZipEntry } from './zip-directory.js';

const inflate = promisify<Uint8Array, { maxOutputLength: number; chunkSize: number }, Buffer>(inflateRaw);
/** A smaller entry takes less time to inflate than to hand to another thread and back. */
const INFLATE_APART_BYTES = 256 * 1024;
const CHUNK_BYTES_MIN = 64;
const CHUNK_BYTES_MAX = 1024 ** 2;

const LOCAL_HEADER_SIGNATURE = 0x04034b50;
/** What most headers have at most behind the name: times, owners, large sizes. */
const EXTRA_BYTES = 64;

/** Takes over `object` and closes it, also when it throws `invalid_archive`. */
export async function openZip(object: RandomAccess, limits: ArchiveLimits): Promise<Archive> {
  try {
    // Names are decoded and checked here, not by yauzl.
    const options = { autoClose: false, decodeStrings: false };
    const zip = await fromRandomAccessReaderPromise(new ObjectReader(object), object.bytes, options);
    return new ZipArchive(object, zip, await readZipDirectory(zip, limits));
  } catch (error) {
    await object.close();
    throw error instanceof TrainyardError ? error : unreadable(error);
  }
}

class ZipArchive implements Archive {
  readonly entries: readonly ArchiveEntry[];
  readonly skipped: readonly SkippedFile[];
  readonly #object: RandomAccess;
  readonly #ahead: ReadAhead;
  readonly #zip: ZipFile;
  readonly #byPath: ReadonlyMap<string, ZipEntry>;

  constructor(object: RandomAccess, zip: ZipFile, directory: Directory<ZipEntry>) {
    this.entries = directory.entries;
    this.skipped = directory.skipped;
    this.#object = object;
    this.#ahead = new ReadAhead(object);
    this.#zip = zip;
    this.#byPath = new Map(directory.entries.map((entry) => [entry.path, entry]));
  }

  find(path: string): ArchiveEntry | undefined {
    return this.#byPath.get(path);
  }

  async read({ path }: ArchiveEntry, maxBytes: number): Promise<Uint8Array> {
    const entry = this.#entry(path);
    if (entry.bytes > maxBytes) throw damaged(path, `is larger than ${maxBytes} bytes`);
    const packed = await this.#readPacked(entry);
    const bytes = entry.deflated ? await unpack(entry, packed) : packed;
    if (bytes.byteLength !== entry.bytes || crc32(bytes) !== entry.crc32) throw damaged(path, 'is damaged');
    return bytes;
  }

  async *stream({ path }: ArchiveEntry): AsyncIterable<Uint8Array> {
    const entry = this.#entry(path);
    let checksum = 0;
    try {
      for await (const chunk of await this.#openStream(entry)) {
        checksum = crc32(chunk, checksum);
        yield chunk;
      }
    } catch (error) {
      throw damaged(path, 'is damaged', error);
    }
    if (checksum !== entry.crc32) throw damaged(path, 'is damaged');
  }

  async randomAccess({ path }: ArchiveEntry): Promise<RandomAccess | null> {
    const entry = this.#entry(path);
    return entry.deflated ? null : new ObjectSlice(this.#object, await this.#locate(entry), entry.bytes);
  }

  async close(): Promise<void> {
    this.#zip.close();
    await this.#object.close();
  }

  #entry(path: string): ZipEntry {
    const entry = this.#byPath.get(path);
    if (!entry) throw damaged(path, 'is not in the archive');
    return entry;
  }

  async #openStream(entry: ZipEntry): Promise<Readable> {
    const start = await this.#locate(entry);
    const { compressedBytes, deflated, bytes } = entry;
    // Not openReadStreamLowLevelPromise: in yauzl 3.4 it calls another method than it should.
    return new Promise((resolve, reject) => {
      this.#zip.openReadStreamLowLevel(start, compressedBytes, 0, compressedBytes, deflated, bytes, (error, stream) => {
        if (error) reject(error);
        else resolve(stream);
      });
    });
  }

  /** The data of an entry, as a rule in one read with its header. */
  async #readPacked(entry: ZipEntry): Promise<Uint8Array> {
    const { position, nameBytes, compressedBytes } = entry;
    const bytes = await this.#ahead.read(position, LOCAL_HEADER_BYTES + nameBytes + EXTRA_BYTES + compressedBytes);
    const start = this.#dataStart(entry, bytes);
    const end = start + compressedBytes;
    if (end <= position + bytes.byteLength) return bytes.subarray(start - position, end - position);
    return this.#object.read(start, compressedBytes);
  }

  async #locate(entry: ZipEntry): Promise<number> {
    return this.#dataStart(entry, await this.#ahead.read(entry.position, LOCAL_HEADER_BYTES));
  }

  /** Where the data of an entry begins: after its local header, whose length only that header tells. */
  #dataStart(entry: ZipEntry, bytes: Uint8Array): number {
    const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (header.byteLength < LOCAL_HEADER_BYTES || header.getUint32(0, true) !== LOCAL_HEADER_SIGNATURE) {
      throw damaged(entry.path, 'is not where the directory of the zip file says');
    }
    const start = entry.position + LOCAL_HEADER_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
    if (start + entry.compressedBytes > this.#object.bytes) throw damaged(entry.path, 'is cut short');
    return start;
  }
}

async function unpack(entry: ZipEntry, packed: Uint8Array): Promise<Uint8Array> {
  if (entry.bytes === 0) return new Uint8Array(0);
  try {
    // One byte more than there is to come, so that the end is seen in the first chunk.
    const chunkSize = Math.min(CHUNK_BYTES_MAX, Math.max(CHUNK_BYTES_MIN, entry.bytes + 1));
    const options = { maxOutputLength: entry.bytes, chunkSize };
    return entry.bytes < INFLATE_APART_BYTES ? inflateRawSync(packed, options) : await inflate(packed, options);
  } catch (error) {
    throw damaged(entry.path, 'is damaged', error);
  }
}

function damaged(path: string, what: string, cause?: unknown): TrainyardError {
  return new TrainyardError('invalid_archive', `"${printable(path)}" ${what}. Make the archive again.`, { cause });
}

/** yauzl's messages name the fault and, at most, the entry. */
function unreadable(error: unknown): TrainyardError {
  const message = error instanceof Error ? error.message : String(error);
  const reason = message.startsWith('End of central directory record signature not found')
    ? 'it is no archive, or only the beginning of a zip file'
    : printable(message).slice(0, 300);
  return new TrainyardError('invalid_archive', `The archive cannot be read: ${reason}. Upload a zip or tar file.`, {
    cause: error,
  });
}
