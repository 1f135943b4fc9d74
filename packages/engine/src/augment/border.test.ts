import { describe, expect, it } from 'vitest';
import { standIn } from './border.js';

const row = (size: number, fill: Parameters<typeof standIn>[2], from = -5, to = 8) =>
  Array.from({ length: to - from }, (_, i) => standIn(from + i, size, fill));

describe('what stands in for pixels outside', () => {
  it('is black, the outermost pixel or the mirror image', () => {
    expect(row(3, 'constant')).toEqual([-1, -1, -1, -1, -1, 0, 1, 2, -1, -1, -1, -1, -1]);
    expect(row(3, 'edge')).toEqual([0, 0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2, 2]);
    expect(row(3, 'reflect')).toEqual([1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1]);
  });

  it('is the only pixel of an image of one', () => {
    expect(row(1, 'reflect', -2, 3)).toEqual([0, 0, 0, 0, 0]);
    expect(row(1, 'constant', -1, 2)).toEqual([-1, 0, -1]);
  });
});
