/**
 * The pixels of PNG files as plain as most small ones are: 8 bit, grey or in colour, of the size that is wanted. For these
 * setting libvips up takes several times as long as decoding. Whatever is unusual or damaged is left to it.
 */
import { crc32, inflateSync } from 'node:zlib';
import { unfilterRows } from './png-filters.js';

export interface PixelShape {
  width: number;
  height: number;
  channels: 1 | 3;
}

/** Larger ones are better decoded on libvips' threads. */
const PIXEL_BYTES_MAX = 64 * 1024;

const SIGNATURE = [0x89504e47, 0x0d0a1a0a];
const HEADER_BYTES = 13;
/** Of a chunk, all but its data: a length, a type, a checksum. */
const FRAME_BYTES = 12;
const FIRST_CHUNK = 8;
const SECOND_CHUNK = FIRST_CHUNK + FRAME_BYTES + HEADER_BYTES;

const HEADER = typeOf('IHDR');
const DATA = typeOf('IDAT');
const END = typeOf('IEND');
/** Chunks that libvips takes no notice of when it makes pixels. */
const IGNORED: ReadonlySet<number> = new Set(['gAMA', 'cHRM', 'sRGB', 'pHYs', 'tIME'].map(typeOf));

function typeOf(name: string): number {
  return Buffer.from(name, 'latin1').readUInt32BE();
}

/** uint8 [height, width, channels]; null for what is not such a file, whole and of that shape. */
export function decodePlainPng(bytes: Uint8Array, shape: PixelShape): Uint8Array | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!hasShape(view, shape)) return null;
  const packed = packedRows(bytes, view);
  const rows = packed && inflateRows(packed, shape.height * (1 + shape.width * shape.channels));
  return rows && unfilterRows(rows, shape);
}

function hasShape(view: DataView, { width, height, channels }: PixelShape): boolean {
  if (view.byteLength < SECOND_CHUNK || width * height * channels > PIXEL_BYTES_MAX) return false;
  if (view.getUint32(0) !== SIGNATURE[0] || view.getUint32(4) !== SIGNATURE[1]) return false;
  if (view.getUint32(8) !== HEADER_BYTES || view.getUint32(12) !== HEADER) return false;
  if (view.getUint32(16) !== width || view.getUint32(20) !== height) return false;
  // Depth and colours; then compression, filter method and interlacing, of which only the first kind is plain.
  const colours = channels === 1 ? 0 : 2;
  return view.getUint32(24) === ((8 << 24) | (colours << 16)) && view.getUint8(28) === 0;
}

/** The data of all IDAT chunks; null where a chunk is damaged or unknown, or lies where it should not. */
function packedRows(bytes: Uint8Array, view: DataView): Uint8Array | null {
  const pieces: Uint8Array[] = [];
  let ended = false;
  for (let at = FIRST_CHUNK; at + FRAME_BYTES <= bytes.length; ) {
    const end = at + FRAME_BYTES + view.getUint32(at);
    const type = view.getUint32(at + 4);
    if (end > bytes.length || crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) return null;
    if (type === END) return end === bytes.length && pieces.length > 0 ? joined(pieces) : null;
    if (type === DATA) {
      if (ended) return null;
      pieces.push(bytes.subarray(at + 8, end - 4));
    } else {
      if (!IGNORED.has(type) && !(type === HEADER && at === FIRST_CHUNK)) return null;
      ended = pieces.length > 0;
    }
    at = end;
  }
  return null;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
}

/** Null for what is no whole stream of so many bytes. */
function inflateRows(packed: Uint8Array, bytes: number): Uint8Array | null {
  try {
    // One byte more than there is to come, so that the end is seen in the first chunk.
    const rows = inflateSync(packed, { maxOutputLength: bytes, chunkSize: Math.max(64, bytes + 1) });
    return rows.length === bytes ? rows : null;
  } catch {
    return null;
  }
}
