import { describe, expect, it } from 'vitest';
import { describeImage, FEATURE_BYTES, readBrightness, THUMBNAIL_BYTES, THUMBNAIL_SIDE } from './features.js';

type Size = { width: number; height: number; channels: 1 | 3 };

function features(pixels: Uint8Array, size: Size): Uint8Array {
  const out = new Uint8Array(FEATURE_BYTES);
  describeImage(pixels, size, out);
  return out;
}

/** The mean of the grey pixels under each cell, by the part of each that lies there. */
function cellMeans(pixels: Uint8Array, { width, height, channels }: Size): number[] {
  const overlap = (cell: number, side: number, pixel: number) => {
    const size = side / THUMBNAIL_SIDE;
    return Math.max(0, Math.min((cell + 1) * size, pixel + 1) - Math.max(cell * size, pixel));
  };
  return Array.from({ length: THUMBNAIL_BYTES }, (_, cell) => {
    const [row, column] = [Math.floor(cell / THUMBNAIL_SIDE), cell % THUMBNAIL_SIDE];
    let sum = 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const part = overlap(row, height, y) * overlap(column, width, x);
        for (let channel = 0; part > 0 && channel < channels; channel++) {
          sum += part * pixels[(channel * height + y) * width + x];
        }
      }
    }
    return (sum * THUMBNAIL_BYTES) / (width * height * channels);
  });
}

describe('features', () => {
  it.each<Size>([
    { width: 28, height: 28, channels: 1 },
    { width: 64, height: 64, channels: 3 },
    { width: 37, height: 50, channels: 3 },
    { width: 5, height: 19, channels: 1 },
    { width: 1, height: 1, channels: 3 },
  ])('are the means of the cells of %o', (size) => {
    const pixels = Uint8Array.from({ length: size.width * size.height * size.channels }, (_, index) => {
      return (Math.imul(index + 1, 2654435761) >>> 16) & 255;
    });
    const thumbnail = [...features(pixels, size).subarray(0, THUMBNAIL_BYTES)];
    cellMeans(pixels, size).forEach((mean, cell) => {
      expect(Math.abs(thumbnail[cell] - mean), `cell ${cell}`).toBeLessThanOrEqual(0.501);
    });
  });

  it('hold the brightness of the pixels', () => {
    const size = { width: 4, height: 4, channels: 1 } as const;
    const pixels = Uint8Array.from({ length: 16 }, (_, index) => (index % 2 ? 200 : 100));
    expect(readBrightness(features(pixels, size), 0)).toEqual({ mean: 150, deviation: 50, least: 100, most: 200 });
    const flat = features(new Uint8Array(16).fill(7), size);
    expect(readBrightness(flat, 0)).toEqual({ mean: 7, deviation: 0, least: 7, most: 7 });
  });

  it('do not overflow on the largest images', () => {
    const size = { width: 1024, height: 64, channels: 3 } as const;
    const described = features(new Uint8Array(1024 * 64 * 3).fill(255), size);
    expect(readBrightness(described, 0)).toEqual({ mean: 255, deviation: 0, least: 255, most: 255 });
    expect(described[0]).toBe(255);
  });
});
