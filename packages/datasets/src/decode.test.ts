import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage, readImageHead, resizePixels, toPlanar } from './decode.js';
import type { PackedImage } from './packed-image.js';

const rgb = (width: number, height: number): PackedImage => ({ width, height, channels: 3, fit: 'fill' });
const grey = (width: number, height: number): PackedImage => ({ width, height, channels: 1, fit: 'fill' });

/** A file of the given pixels, [height, width, channels]. */
function encode(pixels: readonly number[], width: number, channels: 1 | 2 | 3 | 4, format: 'png' | 'tiff' = 'png') {
  const height = pixels.length / width / channels;
  return sharp(Uint8Array.from(pixels), { raw: { width, height, channels } }).toFormat(format).toBuffer();
}

describe('decodeImage', () => {
  it('gives the pixels of a file as [height, width, channels]', async () => {
    const pixels = [255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30, 40, 50, 60, 70, 80, 90];
    expect([...(await decodeImage(await encode(pixels, 3, 3), rgb(3, 2)))]).toEqual(pixels);
  });

  it('turns grey into three equal channels, and colour into its brightness', async () => {
    expect([...(await decodeImage(await encode([0, 100, 255], 3, 1), rgb(3, 1)))]).toEqual([
      0, 0, 0, 100, 100, 100, 255, 255, 255,
    ]);
    const [black, red, green, white] = await decodeImage(
      await encode([0, 0, 0, 255, 0, 0, 0, 255, 0, 255, 255, 255], 4, 3),
      grey(4, 1),
    );
    expect([black, white]).toEqual([0, 255]);
    expect(green).toBeGreaterThan(red);
  });

  it('puts what is transparent on white', async () => {
    const decoded = await decodeImage(await encode([0, 0, 0, 0, 200, 100, 50, 255], 2, 4), rgb(2, 1));
    expect([...decoded]).toEqual([255, 255, 255, 200, 100, 50]);
    expect([...(await decodeImage(await encode([0, 0, 7, 255], 2, 2), grey(2, 1)))]).toEqual([255, 7]);
  });

  it('brings 16 bits down to 8', async () => {
    const wide = await sharp(Uint16Array.of(0, 0x8080, 0xffff), { raw: { width: 3, height: 1, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    expect((await sharp(wide).metadata()).depth).toBe('ushort');
    const decoded = await decodeImage(wide, grey(3, 1));
    expect([decoded[0], decoded[2]]).toEqual([0, 255]);
    expect(Math.abs(decoded[1] - 128)).toBeLessThanOrEqual(1);
  });

  it('turns a photo upright, whichever way the camera was held', async () => {
    // Upright it is one row: black, grey, white.
    const upright = { 1: [0, 128, 255], 3: [255, 128, 0] };
    for (const [orientation, row] of Object.entries(upright)) {
      const file = await sharp(await encode(row, 3, 1))
        .withMetadata({ orientation: Number(orientation) })
        .png()
        .toBuffer();
      expect([...(await decodeImage(file, grey(3, 1)))]).toEqual([0, 128, 255]);
    }
    const onItsSide = await sharp(await encode([0, 128, 255], 1, 1))
      .withMetadata({ orientation: 8 })
      .png()
      .toBuffer();
    expect(await readImageHead(onItsSide)).toMatchObject({ width: 3, height: 1 });
    expect([...(await decodeImage(onItsSide, grey(3, 1)))]).toEqual([0, 128, 255]);
  });

  it('crops for cover, adds black borders for contain, stretches for fill', async () => {
    // Four columns: black, white, white, black.
    const file = await encode(Array.from({ length: 4 }, () => [0, 255, 255, 0]).flat(), 4, 1);
    const row = async (fit: PackedImage['fit'], width: number, height: number) => {
      const decoded = await decodeImage(file, { width, height, channels: 1, fit });
      return [...decoded.subarray(0, width)];
    };
    expect(await row('cover', 2, 4)).toEqual([255, 255]);
    expect(await row('contain', 6, 4)).toEqual([0, 0, 255, 255, 0, 0]);
    expect((await row('contain', 4, 8)).every((value) => value === 0)).toBe(true);
    expect((await decodeImage(file, { width: 8, height: 2, channels: 1, fit: 'fill' })).length).toBe(16);
  });

  it('takes the first frame of an animation', async () => {
    const frames = Uint8Array.of(...new Array(12).fill(255), ...new Array(12).fill(0));
    const file = await sharp(frames, { raw: { width: 2, height: 4, channels: 3, pageHeight: 2 } })
      .gif()
      .toBuffer();
    expect((await sharp(file).metadata()).pages).toBe(2);
    expect(await readImageHead(file)).toMatchObject({ width: 2, height: 2 });
    expect([...(await decodeImage(file, rgb(2, 2)))]).toEqual(new Array(12).fill(255));
  });

  it('reads large AVIFs one after another, and goes on after one that is damaged', async () => {
    const file = await sharp({ create: { width: 2050, height: 2000, channels: 3, background: '#c06020' } })
      .avif({ effort: 0 })
      .toBuffer();
    const damaged = Buffer.from(file).fill(0, file.length - 40);
    const decoding = [file, damaged, file].map((bytes) => decodeImage(bytes, rgb(1, 1)));
    const [first, second, third] = await Promise.allSettled(decoding);
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'invalid_image' } });
    expect(third).toEqual(first);
    expect(first.status).toBe('fulfilled');
  });

  it.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)('reads %s', async (format) => {
    const file = await sharp({ create: { width: 20, height: 10, channels: 3, background: '#c06020' } })
      .toFormat(format)
      .toBuffer();
    expect(await readImageHead(file)).toEqual({ width: 20, height: 10, isGrey: false });
    const [red, green, blue] = await decodeImage(file, rgb(4, 4));
    expect(Math.abs(red - 0xc0) + Math.abs(green - 0x60) + Math.abs(blue - 0x20)).toBeLessThan(12);
  });
});

describe('an image that cannot be read', () => {
  const expectInvalid = async (bytes: Uint8Array, reason: RegExp) => {
    const detail = expect.stringMatching(reason);
    await expect(decodeImage(bytes, rgb(8, 8))).rejects.toMatchObject({ code: 'invalid_image', detail });
  };

  it('is one that is empty, no image, or in a format that can refer to other files', async () => {
    await expectInvalid(new Uint8Array(0), /it is empty/);
    await expectInvalid(new TextEncoder().encode('not an image at all'), /format is not/);
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>';
    await expectInvalid(new TextEncoder().encode(svg), /format is not/);
  });

  it.each(['jpeg', 'png', 'webp'] as const)('is a %s that was cut short', async (format) => {
    const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
    const file = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#000', noise } })
      .toFormat(format)
      .toBuffer();
    await expectInvalid(file.subarray(0, file.length / 2), /damaged|cut short/);
  });

  it('is one with more pixels than are allowed, before it is unpacked', async () => {
    const file = await sharp({ create: { width: 8001, height: 8000, channels: 3, background: '#000' } })
      .png({ compressionLevel: 1 })
      .toBuffer();
    await expectInvalid(file, /more than 64000000 pixels/);
    await expect(readImageHead(file)).rejects.toMatchObject({ code: 'invalid_image' });
  });

  it('is an AVIF with more than its kind may have, as its head says', async () => {
    const file = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#000' } })
      .avif()
      .toBuffer();
    const size = file.indexOf('ispe') + 8;
    file.writeUInt32BE(5001, size);
    file.writeUInt32BE(5000, size + 4);
    await expectInvalid(file, /more than 25000000 pixels/);
    await expect(readImageHead(file)).rejects.toMatchObject({ code: 'invalid_image' });
  });
});

describe('raw pixels', () => {
  it('are resized like a file of the same pixels', async () => {
    const pixels = Array.from({ length: 144 }, (_, index) => (index * 37) % 256);
    const image: PackedImage = { width: 7, height: 5, channels: 3, fit: 'cover' };
    const expected = await decodeImage(await encode(pixels, 12, 1), image);
    expect(await resizePixels(Uint8Array.from(pixels), { width: 12, height: 12, channels: 1 }, image)).toEqual(
      expected,
    );
  });

  it('go from interleaved to planar', () => {
    expect([...toPlanar(Uint8Array.of(1, 2, 3, 4, 5, 6), 3)]).toEqual([1, 4, 2, 5, 3, 6]);
    expect([...toPlanar(Uint8Array.of(1, 2, 3), 1)]).toEqual([1, 2, 3]);
  });
});
