/**
 * One IDX file, as MNIST is published: two zero bytes, the type (8 is uint8), the number of dimensions, each dimension as
 * a big-endian uint32, then the data. It may be gzipped.
 */
import { TrainyardError } from '@trainyard/contracts';
import type { Archive, ArchiveEntry } from '../archive/archive.js';
import { printable } from '../archive/entry-names.js';
import { ByteReader, gunzipped } from '../byte-reader.js';
import { PIXELS_MAX } from '../decode.js';

const UINT8 = 0x08;
const COUNT_MAX = 100_000_000;

export interface IdxImages {
  count: number;
  width: number;
  height: number;
}

/** All labels of a label file. Throws `invalid_dataset`. */
export async function readIdxLabels(archive: Archive, entry: ArchiveEntry): Promise<Uint8Array> {
  return withReader(archive, entry, async (reader) => {
    const [count] = await readHeader(reader, entry, 1);
    const labels = await reader.take(count);
    if (labels.byteLength < count) throw wrongLength(entry, count, labels.byteLength);
    await checkEnd(reader, entry);
    return labels;
  });
}

/** What the head of an image file says. Throws `invalid_dataset`. */
export async function readIdxImagesHead(archive: Archive, entry: ArchiveEntry): Promise<IdxImages> {
  return withReader(archive, entry, (reader) => readImagesHead(reader, entry));
}

/** The images of a file in their order, each uint8 [height, width]. Throws `invalid_dataset`. */
export async function* readIdxImages(archive: Archive, entry: ArchiveEntry): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(gunzipped(archive.stream(entry)));
  try {
    const { count, width, height } = await readImagesHead(reader, entry);
    for (let index = 0; index < count; index++) {
      const pixels = await reader.take(width * height);
      if (pixels.byteLength < width * height) throw wrongLength(entry, count, index);
      yield pixels;
    }
    await checkEnd(reader, entry);
  } catch (error) {
    throw asIdxError(error, entry);
  } finally {
    await reader.close();
  }
}

async function withReader<T>(
  archive: Archive,
  entry: ArchiveEntry,
  use: (reader: ByteReader) => Promise<T>,
): Promise<T> {
  const reader = new ByteReader(gunzipped(archive.stream(entry)));
  try {
    return await use(reader);
  } catch (error) {
    throw asIdxError(error, entry);
  } finally {
    await reader.close();
  }
}

async function readImagesHead(reader: ByteReader, entry: ArchiveEntry): Promise<IdxImages> {
  const [count, height, width] = await readHeader(reader, entry, 3);
  if (height < 1 || width < 1 || height * width > PIXELS_MAX) {
    throw invalid(entry, `says that its images have ${height} rows and ${width} columns`);
  }
  return { count, width, height };
}

async function readHeader(reader: ByteReader, entry: ArchiveEntry, dimensions: 1 | 3): Promise<number[]> {
  const length = 4 + 4 * dimensions;
  const bytes = await reader.take(length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const expected = (UINT8 << 8) | dimensions;
  if (bytes.byteLength < length || view.getUint32(0) !== expected) {
    const received = Buffer.from(bytes.subarray(0, 4)).toString('hex');
    const kind = dimensions === 3 ? 'images' : 'labels';
    throw invalid(
      entry,
      `is no IDX file of uint8 ${kind}: expected it to begin with 0000080${dimensions}, received ${received}`,
    );
  }
  const sizes = Array.from({ length: dimensions }, (_, index) => view.getUint32(4 + 4 * index));
  if (sizes[0] < 1 || sizes[0] > COUNT_MAX) throw invalid(entry, `says that it holds ${sizes[0]} items`);
  return sizes;
}

async function checkEnd(reader: ByteReader, entry: ArchiveEntry): Promise<void> {
  if ((await reader.take(1)).byteLength > 0) throw invalid(entry, 'holds more data than its head says');
}

function wrongLength(entry: ArchiveEntry, expected: number, received: number): TrainyardError {
  return invalid(entry, `is cut short: its head says ${expected} items, it holds ${received}`);
}

function asIdxError(error: unknown, entry: ArchiveEntry): unknown {
  if (error instanceof TrainyardError || !isZlibError(error)) return error;
  return invalid(entry, 'is a damaged gzip file', error);
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

function invalid(entry: ArchiveEntry, what: string, cause?: unknown): TrainyardError {
  return new TrainyardError('invalid_dataset', `"${printable(entry.path)}" ${what}.`, { cause });
}
