import { describe, expect, it } from 'vitest';
import { decodeImage, readImageHead } from './decode.js';
import type { PackedImage } from './packed-image.js';

interface Bitmap {
  width?: number;
  height?: number;
  bitsPerPixel: number;
  compression?: number;
  /** In place of what is true. */
  imageBytes?: number;
  /** What follows the header, as a palette or masks. */
  extra?: readonly number[];
  rows: readonly number[];
}

/** A file with the header of Windows 3. */
function bmp({ width = 2, height = 2, bitsPerPixel, compression = 0, extra = [], rows, ...said }: Bitmap): Buffer {
  const header = Buffer.alloc(54);
  header.write('BM');
  header.writeUInt32LE(54 + extra.length + rows.length, 2);
  header.writeUInt32LE(54 + extra.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bitsPerPixel, 28);
  header.writeUInt32LE(compression, 30);
  header.writeUInt32LE(said.imageBytes ?? rows.length, 34);
  return Buffer.concat([header, Buffer.from(extra), Buffer.from(rows)]);
}

const words = (...values: number[]) => values.flatMap((value) => [value & 255, value >>> 8]);
const longs = (...values: number[]) => values.flatMap((value) => [...words(value & 0xffff), ...words(value >>> 16)]);
/** 256 entries, blue first. */
const palette = (colour: (index: number) => number[]) =>
  Array.from({ length: 256 }, (_, index) => [...colour(index), 0]).flat();
const grey = palette((index) => [index, index, index]);

const rgb: PackedImage = { width: 2, height: 2, channels: 3, fit: 'fill' };
const decode = async (file: Uint8Array, image = rgb) => [...(await decodeImage(file, image))];

/** Red, green; blue, white: as they are seen. Rows lie in the file from bottom to top, with blue first. */
const FOUR = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];
const TOP = [0, 0, 255, 0, 255, 0, 0, 0];
const BOTTOM = [255, 0, 0, 255, 255, 255, 0, 0];

describe('a bitmap', () => {
  it.each<[string, Bitmap]>([
    ['24 bits', { bitsPerPixel: 24, rows: [...BOTTOM, ...TOP] }],
    ['rows from top to bottom', { bitsPerPixel: 24, height: -2, rows: [...TOP, ...BOTTOM] }],
    ['32 bits', { bitsPerPixel: 32, rows: longs(0x0000ff, 0xffffff, 0xff0000, 0x00ff00) }],
    ['16 bits, 5 for each channel', { bitsPerPixel: 16, rows: words(0x001f, 0x7fff, 0x7c00, 0x03e0) }],
    [
      '16 bits with masks of 5, 6 and 5',
      {
        bitsPerPixel: 16,
        compression: 3,
        extra: longs(0xf800, 0x07e0, 0x001f),
        rows: words(0x001f, 0xffff, 0xf800, 0x07e0),
      },
    ],
    [
      'a palette',
      {
        bitsPerPixel: 8,
        extra: palette(
          (index) =>
            [
              [0, 0, 255],
              [0, 255, 0],
              [255, 0, 0],
              [255, 255, 255],
            ][index % 4],
        ),
        rows: [2, 3, 0, 0, 4, 5, 0, 0],
      },
    ],
    [
      'runs of a palette',
      {
        bitsPerPixel: 8,
        compression: 1,
        extra: palette(
          (index) =>
            [
              [0, 0, 255],
              [0, 255, 0],
              [255, 0, 0],
              [255, 255, 255],
            ][index % 4],
        ),
        rows: [1, 2, 1, 3, 0, 0, 1, 0, 1, 1, 0, 1],
      },
    ],
  ])('of %s is read', async (_, bitmap) => {
    const file = bmp(bitmap);
    expect(await readImageHead(file)).toEqual({ width: 2, height: 2, isGrey: false });
    expect(await decode(file)).toEqual(FOUR);
  });

  it('of greys is known for one, and keeps its values', async () => {
    const file = bmp({ bitsPerPixel: 8, extra: grey, rows: [7, 200, 0, 0, 255, 31, 0, 0] });
    expect(await readImageHead(file)).toEqual({ width: 2, height: 2, isGrey: true });
    expect(await decode(file, { ...rgb, channels: 1 })).toEqual([255, 31, 7, 200]);
  });

  it('of 16 bits has its greys between black and white in even steps', async () => {
    const levels = [0, 8, 16, 31].map((level) => (level << 10) | (level << 5) | level);
    const decoded = await decode(bmp({ width: 4, height: 1, bitsPerPixel: 16, rows: words(...levels) }), {
      ...rgb,
      width: 4,
      height: 1,
    });
    expect(decoded.filter((_, index) => index % 3 === 0)).toEqual([0, 66, 132, 255]);
  });

  it('is brought to another size like any image', async () => {
    const rows = Array.from({ length: 10 * 32 }, () => 90);
    const file = bmp({ width: 10, height: 10, bitsPerPixel: 24, rows });
    expect(await decode(file)).toEqual(new Array(12).fill(90));
  });
});

describe('a bitmap that cannot be read', () => {
  const whole: Bitmap = { bitsPerPixel: 24, rows: [...BOTTOM, ...TOP] };
  const runs: Bitmap = { bitsPerPixel: 8, compression: 1, extra: grey, rows: [2, 5, 0, 0, 2, 6, 0, 1] };

  it.each<[string, Uint8Array, RegExp]>([
    ['nothing but its first letters', Buffer.from('BM'), /damaged or cut short/],
    ['cut short in its header', bmp(whole).subarray(0, 40), /damaged or cut short/],
    ['cut short in its rows', bmp(whole).subarray(0, -9), /damaged BMP/],
    ['cut short in its runs', bmp({ ...runs, imageBytes: 80 }), /damaged or cut short/],
    ['of no width', bmp({ ...whole, width: 0 }), /damaged or cut short/],
    ['of a negative width', bmp({ ...whole, width: -2 }), /damaged or cut short/],
    ['of too many pixels', bmp({ ...whole, width: 50_000, height: 50_000 }), /BMP of more than 25000000 pixels/],
    ['of 3 bits a pixel', bmp({ ...whole, bitsPerPixel: 3 }), /damaged BMP, or a rare kind of one; save it as PNG/],
    ['a JPEG inside', bmp({ ...whole, compression: 4 }), /rare kind/],
  ])('is %s', async (_, file, reason) => {
    await expect(decode(file)).rejects.toMatchObject({
      code: 'invalid_image',
      detail: expect.stringMatching(reason),
    });
  });
});
