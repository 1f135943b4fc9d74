import { decodeImage } from '@trainyard/datasets';
import { encodePng } from '@trainyard/pictures';
import { describe, expect, it } from 'vitest';

/** Pixels that each filter is the best for, somewhere: flat, slanted and noisy ones. */
function pixelsOf(bytes: number): Uint8Array {
  let state = 12345;
  return Uint8Array.from({ length: bytes }, (_, index) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    if (index < bytes / 3) return 200;
    return index < (2 * bytes) / 3 ? (index * 3) & 0xff : state >>> 24;
  });
}

describe('encodePng', () => {
  it.each([
    { width: 1, height: 1, channels: 1 },
    { width: 37, height: 23, channels: 1 },
    { width: 37, height: 23, channels: 3 },
    { width: 300, height: 2, channels: 3 },
  ] as const)('writes $width x $height x $channels as another decoder reads it', async (size) => {
    const pixels = pixelsOf(size.width * size.height * size.channels);
    for (const isTransient of [false, true]) {
      const decoded = await decodeImage(encodePng(pixels, size, { isTransient }), { ...size, fit: 'fill' });
      expect(new Uint8Array(decoded)).toEqual(pixels);
    }
  });

  it('packs what is smooth tighter than its bytes', () => {
    const pixels = Uint8Array.from({ length: 200 * 200 }, (_, index) => (index % 200) + Math.floor(index / 400));
    expect(encodePng(pixels, { width: 200, height: 200, channels: 1 }).length).toBeLessThan(1000);
  });

  it('says how large the picture is on paper', () => {
    const picture = Buffer.from(encodePng(new Uint8Array(3), { width: 1, height: 1, channels: 3 }, { density: 144 }));
    const place = picture.indexOf('pHYs') + 4;
    expect([picture.readUInt32BE(place), picture.readUInt32BE(place + 4), picture[place + 8]]).toEqual([5669, 5669, 1]);
  });

  it('refuses pixels of another size', () => {
    expect(() => encodePng(new Uint8Array(5), { width: 2, height: 1, channels: 3 })).toThrow('Expected 6 bytes');
  });
});
