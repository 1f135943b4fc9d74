/** Encodes pixels as PNG (ISO/IEC 15948). */
import { crc32, deflateSync } from 'node:zlib';
import { FILTERS } from './png-filters.js';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const COLOUR_TYPES = { 1: 0, 3: 2 } as const;
const BITS = 8;
/** Higher ones take longer for less than 1 % fewer bytes. */
const LEVEL = 4;
const METERS_PER_INCH = 0.0254;

export interface RasterSize {
  width: number;
  height: number;
  /** Grey, or RGB. */
  channels: 1 | 3;
}

export interface PngOptions {
  /** Pixels an inch, for programs that show a picture in its size on paper. */
  density?: number;
  /** Spends little time rather than few bytes: for what travels only to a decoder nearby. */
  isTransient?: boolean;
}

/** `pixels` are uint8 [height, width, channels]. */
export function encodePng(pixels: Uint8Array, size: RasterSize, options: PngOptions = {}): Uint8Array<ArrayBuffer> {
  const { density, isTransient = false } = options;
  const { width, height, channels } = size;
  if (pixels.length !== width * height * channels) {
    throw new RangeError(`Expected ${width * height * channels} bytes of pixels. Received: ${pixels.length}`);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([BITS, COLOUR_TYPES[channels]], 8);
  const data = isTransient
    ? deflateSync(unfiltered(pixels, size), { level: 1 })
    : deflateSync(filtered(pixels, size), { level: LEVEL });
  const chunks = [chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', new Uint8Array(0))];
  if (density !== undefined) chunks.splice(1, 0, chunk('pHYs', physicalSize(density)));
  return new Uint8Array(Buffer.concat([SIGNATURE, ...chunks]));
}

const UP = 2;

/** Each row behind the number of its filter: the one whose bytes, as signed numbers, are smallest in sum. */
function filtered(pixels: Uint8Array, { width, height, channels }: RasterSize): Uint8Array {
  const bytes = width * channels;
  const lines = new Uint8Array((bytes + 1) * height);
  const tried = new Uint8Array(bytes);
  let above: Uint8Array = new Uint8Array(bytes);
  for (let y = 0; y < height; y++) {
    const row = pixels.subarray(y * bytes, (y + 1) * bytes);
    const start = y * (bytes + 1);
    if (Buffer.compare(row, above) === 0) {
      // Nothing but zeros, which are there already.
      lines[start] = UP;
      continue;
    }
    let least = Number.POSITIVE_INFINITY;
    for (const [number, filter] of FILTERS) {
      const weight = filter(row, above, channels, tried);
      if (weight >= least) continue;
      least = weight;
      lines[start] = number;
      lines.set(tried, start + 1);
    }
    above = row;
  }
  return lines;
}

/** Each row behind a byte that says that it is as it is. */
function unfiltered(pixels: Uint8Array, { width, height, channels }: RasterSize): Uint8Array {
  const bytes = width * channels;
  const lines = new Uint8Array((bytes + 1) * height);
  for (let y = 0; y < height; y++) lines.set(pixels.subarray(y * bytes, (y + 1) * bytes), y * (bytes + 1) + 1);
  return lines;
}

function physicalSize(density: number): Uint8Array {
  const perMeter = Math.round(density / METERS_PER_INCH);
  const body = Buffer.alloc(9);
  body.writeUInt32BE(perMeter, 0);
  body.writeUInt32BE(perMeter, 4);
  body[8] = 1;
  return body;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}
