import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { isOpaque, readPlainHead } from './plain-heads.js';

const blank = (channels: 3 | 4) => sharp({ create: { width: 7, height: 5, channels, background: 'red' } });

describe('readPlainHead', () => {
  it('tells the size and whether it is grey, as libvips does', async () => {
    const files = await Promise.all([
      blank(3).jpeg().toBuffer(),
      blank(3).jpeg({ progressive: true }).toBuffer(),
      blank(3).toColourspace('b-w').jpeg().toBuffer(),
      blank(3).toColourspace('cmyk').jpeg().toBuffer(),
      blank(3).png().toBuffer(),
      blank(4).png({ palette: true }).toBuffer(),
      blank(4).toColourspace('b-w').png().toBuffer(),
      blank(3).toColourspace('grey16').png().toBuffer(),
    ]);
    for (const file of files) {
      const { width, height, space } = await sharp(file).metadata();
      expect(readPlainHead(file)).toEqual({ width, height, isGrey: space === 'b-w' || space === 'grey16' });
    }
  });

  it.each(['jpeg', 'png'] as const)('leaves a %s file that was turned to libvips', async (format) => {
    const turned = await blank(3).withMetadata({ orientation: 6 }).toFormat(format).toBuffer();
    expect(readPlainHead(turned)).toBeNull();
  });

  it('leaves other files to libvips', async () => {
    expect(readPlainHead(await blank(3).webp().toBuffer())).toBeNull();
    expect(readPlainHead(new Uint8Array(0))).toBeNull();
    expect(readPlainHead(Buffer.from('no image, though it is long enough for one'))).toBeNull();
  });

  it.each(['jpeg', 'png'] as const)('reads no %s file beyond its end, however it is damaged', async (format) => {
    const file = await blank(3).toFormat(format).toBuffer();
    const whole = readPlainHead(file);
    for (let length = 0; length < file.length; length++) {
      expect([whole, null]).toContainEqual(readPlainHead(file.subarray(0, length)));
    }
    for (let place = 2; place < file.length; place++) {
      const damaged = Uint8Array.from(file);
      damaged[place] ^= 0xff;
      expect(() => readPlainHead(damaged)).not.toThrow();
    }
  });
});

describe('isOpaque', () => {
  const clear = { r: 0, g: 0, b: 0, alpha: 0.5 };

  it('holds for JPEG, and for PNG without any kind of transparency', async () => {
    expect(isOpaque(await blank(3).jpeg().toBuffer())).toBe(true);
    expect(isOpaque(await blank(3).png().toBuffer())).toBe(true);
    expect(isOpaque(await blank(3).toColourspace('b-w').png().toBuffer())).toBe(true);
  });

  it('does not hold where pixels may be transparent, or nothing is known', async () => {
    const see = sharp({ create: { width: 7, height: 5, channels: 4, background: clear } });
    expect(isOpaque(await see.png().toBuffer())).toBe(false);
    // A palette has its transparency in a chunk of its own.
    const palette = await see.png({ palette: true }).toBuffer();
    expect(palette.includes('tRNS')).toBe(true);
    expect(isOpaque(palette)).toBe(false);
    expect(isOpaque(await see.webp().toBuffer())).toBe(false);
    expect(isOpaque(new Uint8Array(0))).toBe(false);
  });
});
