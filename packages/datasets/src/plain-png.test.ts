import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePlainPng, type PixelShape } from './plain-png.js';

const SHAPES: PixelShape[] = [
  { width: 7, height: 10, channels: 3 },
  { width: 28, height: 28, channels: 1 },
  { width: 1, height: 6, channels: 3 },
];
const COLOUR = SHAPES[0];

/** Bytes that do not shrink. */
function noise(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, at) => Math.imul(at + length + 1, 2654435761) >>> 24));
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [head, tail] = [Buffer.alloc(4), Buffer.alloc(4)];
  head.writeUInt32BE(data.length);
  tail.writeUInt32BE(crc32(body));
  return Buffer.concat([head, body, tail]);
}

/** Rows that begin with the number of their filter; any bytes may follow. */
function filteredRows({ width, height, channels }: PixelShape, filterOf = (y: number) => y % 5): Buffer {
  const rows = noise(height * (1 + width * channels));
  for (let y = 0; y < height; y++) rows[y * (1 + width * channels)] = filterOf(y);
  return rows;
}

interface Layout {
  header?: (header: Buffer) => void;
  rows?: Buffer;
  /** Chunks between the header and the pixels, and behind them. */
  before?: Buffer[];
  after?: Buffer[];
  pieces?: number;
}

function png(shape: PixelShape, { header: change, rows, before = [], after = [], pieces = 1 }: Layout = {}): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(shape.width, 0);
  header.writeUInt32BE(shape.height, 4);
  header.set([8, shape.channels === 1 ? 0 : 2, 0, 0, 0], 8);
  change?.(header);
  const packed = deflateSync(rows ?? filteredRows(shape));
  const size = Math.ceil(packed.length / pieces);
  const data = Array.from({ length: pieces }, (_, piece) => packed.subarray(piece * size, (piece + 1) * size));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...before,
    ...data.map((piece) => chunk('IDAT', piece)),
    ...after,
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function byLibvips(file: Buffer, { channels }: PixelShape): Promise<Buffer> {
  const space = channels === 1 ? 'b-w' : 'srgb';
  return sharp(file, { failOn: 'error' }).toColourspace(space).raw().toBuffer();
}

describe('decodePlainPng', () => {
  it.each(SHAPES)('gives what libvips gives, whatever the filters: $width x $height x $channels', async (shape) => {
    for (const filter of [0, 1, 2, 3, 4]) {
      const file = png(shape, { rows: filteredRows(shape, () => filter) });
      expect(decodePlainPng(file, shape)).toEqual(new Uint8Array(await byLibvips(file, shape)));
    }
    const mixed = png(shape, { pieces: 3 });
    expect(decodePlainPng(mixed, shape)).toEqual(new Uint8Array(await byLibvips(mixed, shape)));
  });

  it('takes no notice of the chunks that libvips takes no notice of', async () => {
    const chunks = [
      chunk('gAMA', Buffer.from([0, 0, 0x2b, 0x11])),
      chunk('cHRM', noise(32)),
      chunk('sRGB', Buffer.from([0])),
      chunk('pHYs', Buffer.from([0, 0, 1, 0, 0, 0, 2, 0, 1])),
    ];
    const file = png(COLOUR, { before: chunks, after: [chunk('tIME', Buffer.from([7, 230, 1, 2, 3, 4, 5]))] });
    expect(decodePlainPng(file, COLOUR)).toEqual(new Uint8Array(await byLibvips(file, COLOUR)));
  });

  /** Where the pixels end: behind them is the last chunk alone. */
  const COLOUR_END = png(COLOUR).length - 12;
  const cut = deflateSync(filteredRows(COLOUR));
  it.each([
    ['another size', png({ ...COLOUR, width: 8 })],
    ['another number of channels', png({ ...COLOUR, channels: 1 })],
    ['16 bits', png(COLOUR, { header: (header) => header.set([16], 8) })],
    ['a palette', png(COLOUR, { header: (header) => header.set([3], 9) })],
    ['transparency', png(COLOUR, { header: (header) => header.set([6], 9) })],
    ['interlacing', png(COLOUR, { header: (header) => header.set([1], 12) })],
    ['a transparent colour', png(COLOUR, { before: [chunk('tRNS', Buffer.alloc(6))] })],
    ['a colour profile', png(COLOUR, { before: [chunk('iCCP', noise(40))] })],
    ['EXIF behind the pixels', png(COLOUR, { after: [chunk('eXIf', noise(40))] })],
    ['pixels in two places', png(COLOUR, { after: [chunk('tIME', noise(7)), chunk('IDAT', noise(9))] })],
    ['an unknown filter', png(COLOUR, { rows: filteredRows(COLOUR, () => 5) })],
    ['too few rows', png(COLOUR, { rows: filteredRows({ ...COLOUR, height: 9 }) })],
    ['too many rows', png(COLOUR, { rows: filteredRows({ ...COLOUR, height: 11 }) })],
    ['a file that goes on', Buffer.concat([png(COLOUR), Buffer.alloc(1)])],
    ['a file that is cut short', png(COLOUR).subarray(0, -12)],
    ['no pixels', Buffer.concat([png(COLOUR).subarray(0, 33), chunk('IEND', Buffer.alloc(0))])],
    ['a chunk beyond the end', png(COLOUR).fill(0xff, 33, 37)],
    ['a wrong checksum', png(COLOUR).fill(0, COLOUR_END - 4, COLOUR_END)],
    [
      'a damaged stream',
      Buffer.concat([png(COLOUR).subarray(0, 33), chunk('IDAT', cut.fill(1, 20, 40)), chunk('IEND', Buffer.alloc(0))]),
    ],
    ['a header alone', png(COLOUR).subarray(0, 20)],
    ['no PNG', noise(200)],
  ])('leaves to libvips: %s', (_, file) => expect(decodePlainPng(file, COLOUR)).toBeNull());

  it('leaves large pictures to libvips', () => {
    const large = { width: 256, height: 256, channels: 3 } as const;
    expect(decodePlainPng(png(large), large)).toBeNull();
  });
});
