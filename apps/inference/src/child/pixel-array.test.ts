import { decodeImage } from '@trainyard/datasets';
import { describe, expect, it } from 'vitest';
import { fromPixels } from './pixel-array.js';

const size = { width: 3, height: 2, fit: 'cover' } as const;

describe('fromPixels', () => {
  it('makes a grey image of [height][width]', async () => {
    const png = fromPixels([
      [0, 1, 2],
      [253, 254, 255],
    ]);
    expect([...(await decodeImage(png, { ...size, channels: 1 }))]).toEqual([0, 1, 2, 253, 254, 255]);
    expect([...(await decodeImage(png, { ...size, channels: 3 }))].slice(-6)).toEqual([254, 254, 254, 255, 255, 255]);
  });

  it('makes a colour image of [height][width][3], pixel for pixel', async () => {
    const rows = [0, 1].map((y) => [0, 1, 2].map((x) => [10 * x, 100 * y, 255 - x - y]));
    const decoded = await decodeImage(fromPixels(rows), { ...size, channels: 3 });
    expect([...decoded]).toEqual(rows.flat(2));
  });

  it.each([
    [[], 'Expected rows of pixels'],
    [[[]], 'Expected rows of pixels'],
    [[1, 2], 'Expected rows of pixels'],
    [[[1, 2], [3]], 'Expected 2 values like in the first; received an array of 1 at [1].'],
    [[[1, 2], 'ab'], 'received string at [1].'],
    [[[[1, 2, 3], [1]]], 'Expected 3 values like in the first; received an array of 1 at [0][1].'],
    [[[[1, 2, 3, 4]]], 'Expected 1 or 3 channels; received 4'],
    [[[0, -1]], 'received -1 at [0][1].'],
    [[[0, 0.5]], 'Expected whole numbers from 0 to 255; received 0.5 at [0][1].'],
    [[[[[1]]]], 'received an array of 1 at [0][0].'],
  ])('says what is wrong with %j', (rows, message) => {
    expect(() => fromPixels(rows)).toThrow(message);
  });
});
