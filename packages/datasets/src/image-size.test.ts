import { describe, expect, it } from 'vitest';
import { ImageSizes } from './image-size.js';

function images(...sizes: [width: number, height: number, count: number][]): ImageSizes {
  const found = new ImageSizes();
  for (const [width, height, count] of sizes) {
    for (let index = 0; index < count; index++) found.add({ width, height }, false);
  }
  return found;
}

describe('the default size', () => {
  it('is the size that at least half of the images have', () => {
    expect(images([32, 24, 5], [48, 48, 3], [10, 10, 2]).choose()).toMatchObject({ width: 32, height: 24 });
  });

  it('is 64x64 where there is no such size, or it is very large', () => {
    expect(images([32, 24, 4], [48, 48, 3], [10, 10, 3]).choose()).toMatchObject({ width: 64, height: 64 });
    expect(images([4000, 3000, 5]).choose()).toMatchObject({ width: 64, height: 64 });
  });

  it('is what the options say, and a side that they leave out keeps the proportion', () => {
    const all = images([40, 20, 5]);
    expect(all.choose({ width: 8, height: 9 })).toMatchObject({ width: 8, height: 9 });
    expect(all.choose({ width: 80 })).toMatchObject({ width: 80, height: 40 });
    expect(all.choose({ height: 10 })).toMatchObject({ width: 20, height: 10 });
    expect(images([4000, 3000, 5]).choose({ width: 96 })).toMatchObject({ width: 96, height: 96 });
  });

  it('is grey where every image is, in colour else, and fits by cover', () => {
    const grey = new ImageSizes();
    grey.add({ width: 8, height: 8 }, true);
    expect(grey.choose()).toMatchObject({ channels: 1, fit: 'cover' });
    grey.add({ width: 8, height: 8 }, false);
    expect(grey.choose()).toMatchObject({ channels: 3 });
    expect(images([8, 8, 1]).choose()).toMatchObject({ channels: 3 });
    expect(images([8, 8, 1]).choose({ channels: 1, fit: 'fill' })).toMatchObject({ channels: 1, fit: 'fill' });
  });
});
