/**
 * Unpacks zstd (RFC 8878) piece by piece. The stream is cut at its blocks here, so that each step unpacks at most one of
 * them, 128 KiB, and so that frames which want more memory than is given are refused before any is taken.
 */
import { TrainyardError } from '@trainyard/contracts';
import { Decompress } from 'fzstd';
import { ByteReader } from '../byte-reader.js';
import { Xxh64 } from './xxh64.js';

const MAGIC = 0xfd2fb528;
/** Frames with these, and any last four bits, hold something else than data. */
const SKIPPABLE_MAGIC = 0x184d2a5;
/** The decoder reads at most 25 bits of a distance at once: beyond this window it would copy from wrong places. */
const WINDOW_BYTES_MAX = 32 * 1024 ** 2;
const BLOCK_BYTES_MAX = 128 * 1024;
const RUN_LENGTH_BLOCK = 1;
const SKIP_BYTES = 64 * 1024;

/** Throws `invalid_archive`. */
export async function* unzstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(chunks);
  try {
    for (let magic = await reader.take(4); magic.byteLength > 0; magic = await reader.take(4)) {
      const value = magic.byteLength === 4 ? toView(magic).getUint32(0, true) : 0;
      if (value >>> 4 === SKIPPABLE_MAGIC) await skipFrame(reader);
      else if (value === MAGIC) yield* unpackFrame(reader, magic);
      else throw damaged('something else than a frame follows a frame');
    }
  } finally {
    await reader.close();
  }
}

async function* unpackFrame(reader: ByteReader, magic: Uint8Array): AsyncGenerator<Uint8Array> {
  const unpacked: Uint8Array[] = [];
  const frame = new Decompress((block) => unpacked.push(block));
  const hash = new Xxh64();
  const { header, hasChecksum } = await readFrameHeader(reader);
  let packed = Buffer.concat([magic, header]);
  for (let isLast = false; !isLast; packed = Buffer.alloc(0)) {
    const block = await readBlock(reader);
    isLast = block.isLast;
    const checksum = isLast && hasChecksum ? await takeExactly(reader, 4) : new Uint8Array(0);
    push(frame, Buffer.concat([packed, block.bytes, checksum]), isLast);
    for (const bytes of unpacked.splice(0)) {
      if (hasChecksum) hash.update(bytes);
      if (bytes.byteLength > 0) yield bytes;
    }
    if (checksum.byteLength > 0) checkHash(hash, checksum);
  }
}

/** The last four bytes of a frame are the lower half of its hash; the decoder itself passes over them. */
function checkHash(hash: Xxh64, checksum: Uint8Array): void {
  const expected = toView(checksum).getUint32(0, true);
  if (BigInt.asUintN(32, hash.digest()) !== BigInt(expected)) throw damaged('its checksum is another');
}

function push(frame: Decompress, packed: Uint8Array, isLast: boolean): void {
  try {
    frame.push(packed, isLast);
  } catch (error) {
    throw damaged('a block in it cannot be unpacked', error);
  }
}

/** What follows the magic number. Throws where the frame wants a dictionary, or too large a window. */
async function readFrameHeader(reader: ByteReader): Promise<{ header: Uint8Array; hasChecksum: boolean }> {
  const [descriptor] = await takeExactly(reader, 1);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3];
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6];
  const rest = await takeExactly(reader, (isSingleSegment ? 0 : 1) + dictionaryBytes + sizeBytes);
  if (dictionaryBytes > 0) throw unusable('it was packed with a dictionary', 'without one');
  const windowBytes = isSingleSegment ? contentBytes(rest) : describedWindow(rest[0]);
  if (windowBytes > WINDOW_BYTES_MAX)
    throw unusable(`it wants a window of more than ${WINDOW_BYTES_MAX} bytes`, 'without --long and --ultra');
  return {
    header: Buffer.concat([[descriptor], rest].map((part) => Buffer.from(part))),
    hasChecksum: (descriptor & 4) !== 0,
  };
}

function contentBytes(field: Uint8Array): number {
  const value = field.reduceRight((sum, byte) => sum * 256 + byte, 0);
  return field.byteLength === 2 ? value + 256 : value;
}

function describedWindow(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >>> 3));
  return base + (base / 8) * (descriptor & 7);
}

async function readBlock(reader: ByteReader): Promise<{ bytes: Uint8Array; isLast: boolean }> {
  const head = await takeExactly(reader, 3);
  const bits = head[0] | (head[1] << 8) | (head[2] << 16);
  const said = bits >>> 3;
  if (said > BLOCK_BYTES_MAX) throw damaged('a block in it is larger than any can be');
  // A block of one byte, repeated, says how often, not how long it is.
  const bytes = ((bits >>> 1) & 3) === RUN_LENGTH_BLOCK ? 1 : said;
  return { bytes: Buffer.concat([head, await takeExactly(reader, bytes)]), isLast: (bits & 1) === 1 };
}

async function skipFrame(reader: ByteReader): Promise<void> {
  let left = toView(await takeExactly(reader, 4)).getUint32(0, true);
  while (left > 0) left -= (await takeExactly(reader, Math.min(left, SKIP_BYTES))).byteLength;
}

async function takeExactly(reader: ByteReader, count: number): Promise<Uint8Array> {
  const bytes = await reader.take(count);
  if (bytes.byteLength < count) throw damaged('it is cut short');
  return bytes;
}

function toView({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function damaged(how: string, cause?: unknown): TrainyardError {
  const detail = `The zstd file is damaged: ${how}. Upload it again, or make it again.`;
  return new TrainyardError('invalid_archive', detail, { cause });
}

function unusable(why: string, remedy: string): TrainyardError {
  return new TrainyardError('invalid_archive', `The zstd file cannot be read: ${why}. Make it again ${remedy}.`);
}
