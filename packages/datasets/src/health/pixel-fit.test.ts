import { describe, expect, it } from 'vitest';
import { PixelFit } from './pixel-fit.js';

type Size = { width: number; height: number; channels: 1 | 3 };

/** Waves whose length and direction the seed decides, a little moved, in other channels others. */
function waves({ width, height, channels }: Size, seed: number, moved = 0): Uint8Array {
  const plane = width * height;
  return Uint8Array.from({ length: channels * plane }, (_, at) => {
    const [channel, x, y] = [Math.floor(at / plane), (at % width) / width, Math.floor((at % plane) / width) / height];
    const wave = Math.sin(seed + (3 + seed + channel) * (x + moved) * 2) + Math.cos(2 * seed + (2 + seed) * y * 3);
    return 120 + 50 * wave;
  });
}

function difference(size: Size, first: Uint8Array, second: Uint8Array): number {
  return new PixelFit(size).difference(Buffer.concat([first, second]), 0, first.length);
}

describe('the difference of pixels', () => {
  it.each<Size>([
    { width: 28, height: 28, channels: 1 },
    { width: 64, height: 48, channels: 3 },
    { width: 300, height: 131, channels: 3 },
    { width: 1, height: 9, channels: 1 },
  ])('of %o is none for a brighter copy and large for another picture', (size) => {
    const picture = waves(size, 1);
    const brighter = picture.map((value) => 0.8 * value + 40);
    expect(difference(size, picture, picture)).toBeLessThan(0.002);
    expect(difference(size, picture, brighter)).toBeLessThan(0.005);
    const other = waves(size, 2.5);
    if (size.width > 1) expect(difference(size, picture, other)).toBeGreaterThan(0.3);
    expect(difference(size, picture, other)).toBeCloseTo(difference(size, other, picture), 10);
  });

  it('is small after a shift by half a pixel', () => {
    const size = { width: 32, height: 32, channels: 1 } as const;
    expect(difference(size, waves(size, 1), waves(size, 1, 0.5 / 32))).toBeLessThan(0.01);
  });

  it('is all there is where nothing is to be seen', () => {
    const size = { width: 8, height: 8, channels: 1 } as const;
    expect(difference(size, waves(size, 1), new Uint8Array(64).fill(9))).toBe(1);
  });
});
