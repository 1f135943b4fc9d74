import { describe, expect, it } from 'vitest';
import type { ListedSample } from './formats/format.js';
import { chooseImage } from './image-size.js';

function listing(...sizes: [width: number, height: number, count: number][]) {
  const samples = sizes.flatMap(([width, height, count]) =>
    Array.from({ length: count }, (): ListedSample => ({ source: 'x', class: 0, split: null, width, height })),
  );
  return { samples, isGrey: false };
}

describe('the default size', () => {
  it('is the size that at least half of the images have', () => {
    expect(chooseImage(listing([32, 24, 5], [48, 48, 3], [10, 10, 2]))).toMatchObject({ width: 32, height: 24 });
  });

  it('is 64x64 where there is no such size, or it is very large', () => {
    expect(chooseImage(listing([32, 24, 4], [48, 48, 3], [10, 10, 3]))).toMatchObject({ width: 64, height: 64 });
    expect(chooseImage(listing([4000, 3000, 5]))).toMatchObject({ width: 64, height: 64 });
  });

  it('is what the options say, and a side that they leave out keeps the proportion', () => {
    const images = listing([40, 20, 5]);
    expect(chooseImage(images, { width: 8, height: 9 })).toMatchObject({ width: 8, height: 9 });
    expect(chooseImage(images, { width: 80 })).toMatchObject({ width: 80, height: 40 });
    expect(chooseImage(images, { height: 10 })).toMatchObject({ width: 20, height: 10 });
    expect(chooseImage(listing([4000, 3000, 5]), { width: 96 })).toMatchObject({ width: 96, height: 96 });
  });

  it('is grey where every image is, in colour else, and fits by cover', () => {
    expect(chooseImage({ ...listing([8, 8, 1]), isGrey: true })).toMatchObject({ channels: 1, fit: 'cover' });
    expect(chooseImage(listing([8, 8, 1]))).toMatchObject({ channels: 3 });
    expect(chooseImage(listing([8, 8, 1]), { channels: 1, fit: 'fill' })).toMatchObject({ channels: 1, fit: 'fill' });
  });
});
