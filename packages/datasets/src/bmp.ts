/**
 * Windows and OS/2 bitmaps, which libvips does not read. NetSurf's decoder, in WebAssembly, unpacks them; what it would
 * take without a word, though it is damaged or too large, is refused before.
 */
import { decode } from '@cwasm/nsbmp';

/** The decoder needs four bytes for each, twice. */
export const BMP_PIXELS_MAX = 25_000_000;

const FILE_HEADER_BYTES = 14;
/** OS/2 1.x, whose sizes have 16 bits and whose palettes have no fourth byte. */
const CORE_HEADER_BYTES = 12;
const INFO_HEADER_BYTES = 40;
const PALETTE_BITS_MAX = 8;
/** Compression by bit fields: masks say where each channel lies in a pixel. */
const BIT_FIELDS = 3;
/** Where no masks are given, 16 bits are five for each channel. */
const DEFAULT_MASKS: readonly number[] = [0x7c00, 0x03e0, 0x001f];

interface BmpHeader {
  width: number;
  height: number;
  bitsPerPixel: number;
  compression: number;
  /** Of the header itself. */
  bytes: number;
}

export interface BmpHead {
  width: number;
  height: number;
  isGrey: boolean;
}

/** uint8 [height, width, 4], with alpha last. */
export interface BmpImage {
  width: number;
  height: number;
  pixels: Uint8Array;
}

export function isBmp(bytes: Uint8Array): boolean {
  return bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/** Throws an error in the words of libvips, which `decode.ts` puts in its own. */
export function readBmpHead(bytes: Uint8Array): BmpHead {
  const header = readHeader(bytes);
  const { width, height } = header;
  return { width, height, isGrey: hasGreyPalette(bytes, header) };
}

/** Throws an error in the words of libvips, which `decode.ts` puts in its own. */
export function decodeBmp(bytes: Uint8Array): BmpImage {
  const header = readHeader(bytes);
  const { width, height, data } = decodeOrRefuse(bytes);
  if (width !== header.width || height !== header.height) throw new Error('BMP with a corrupt header');
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (header.bitsPerPixel === 16) widen(pixels, masksOf(bytes, header));
  return { width, height, pixels };
}

function decodeOrRefuse(bytes: Uint8Array): ReturnType<typeof decode> {
  try {
    return decode(bytes);
  } catch (cause) {
    throw new Error('BMP that is damaged or unsupported', { cause });
  }
}

function readHeader(file: Uint8Array): BmpHeader {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.byteLength < FILE_HEADER_BYTES + CORE_HEADER_BYTES) throw new Error('BMP with a truncated header');
  const bytes = view.getUint32(FILE_HEADER_BYTES, true);
  if (bytes !== CORE_HEADER_BYTES && (bytes < 16 || bytes > 1024)) throw new Error('BMP of an unsupported kind');
  if (file.byteLength < FILE_HEADER_BYTES + bytes) throw new Error('BMP with a truncated header');
  const header = bytes === CORE_HEADER_BYTES ? readCoreHeader(view) : readInfoHeader(view, bytes);
  if (header.width < 1 || header.height < 1) throw new Error('BMP with a corrupt header');
  if (header.width * header.height > BMP_PIXELS_MAX) throw new Error('BMP exceeds pixel limit');
  return header;
}

function readCoreHeader(view: DataView): BmpHeader {
  const width = view.getUint16(18, true);
  const height = view.getUint16(20, true);
  return { width, height, bitsPerPixel: view.getUint16(24, true), compression: 0, bytes: CORE_HEADER_BYTES };
}

function readInfoHeader(view: DataView, bytes: number): BmpHeader {
  const isShort = bytes < INFO_HEADER_BYTES;
  const compression = isShort ? 0 : view.getUint32(30, true);
  const imageBytes = isShort ? 0 : view.getUint32(34, true);
  // Rows that are packed may end anywhere, so only this tells that some are missing.
  if (compression !== 0 && view.getUint32(10, true) + imageBytes > view.byteLength) throw new Error('BMP is truncated');
  // Rows lie from bottom to top, or where the height is negative, from top to bottom.
  const height = Math.abs(view.getInt32(22, true));
  return { width: view.getInt32(18, true), height, bitsPerPixel: view.getUint16(28, true), compression, bytes };
}

function hasGreyPalette(file: Uint8Array, { bitsPerPixel, bytes }: BmpHeader): boolean {
  if (bitsPerPixel > PALETTE_BITS_MAX) return false;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const entryBytes = bytes === CORE_HEADER_BYTES ? 3 : 4;
  const said = bytes < INFO_HEADER_BYTES ? 0 : view.getUint32(46, true);
  const count = said === 0 ? 2 ** bitsPerPixel : Math.min(said, 2 ** bitsPerPixel);
  const start = FILE_HEADER_BYTES + bytes;
  const palette = file.subarray(start, start + count * entryBytes);
  for (let at = 0; at + 2 < palette.byteLength; at += entryBytes) {
    if (palette[at] !== palette[at + 1] || palette[at] !== palette[at + 2]) return false;
  }
  return true;
}

/** For red, green, blue. They follow the oldest of the long headers, and are part of the later ones. */
function masksOf(file: Uint8Array, { compression, bytes }: BmpHeader): readonly number[] {
  const start = FILE_HEADER_BYTES + INFO_HEADER_BYTES;
  if (compression !== BIT_FIELDS || bytes < INFO_HEADER_BYTES || file.byteLength < start + 12) return DEFAULT_MASKS;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  return [0, 4, 8].map((offset) => view.getUint32(start + offset, true));
}

/**
 * The decoder puts the few bits of a channel in the upper ones of a byte, so white would be 248. Brings the largest value
 * to 255, in place.
 */
function widen(pixels: Uint8Array, masks: readonly number[]): void {
  const tables = masks.map((mask) => {
    const bits = Math.min(8, countBits(mask));
    const largest = 256 - 2 ** (8 - bits);
    return Uint8Array.from({ length: 256 }, (_, value) => Math.round((255 * Math.min(value, largest)) / largest));
  });
  for (let at = 0; at < pixels.length; at += 4) {
    for (let channel = 0; channel < 3; channel++) pixels[at + channel] = tables[channel][pixels[at + channel]];
  }
}

function countBits(mask: number): number {
  let bits = 0;
  for (let rest = mask; rest !== 0; rest >>>= 1) bits += rest & 1;
  return bits;
}
