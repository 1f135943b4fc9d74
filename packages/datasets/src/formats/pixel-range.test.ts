import { describe, expect, it } from 'vitest';
import { PixelRange, toPixelBytes } from './pixel-range.js';

function rangeOf(...values: number[]) {
  const range = new PixelRange();
  range.add(values);
  return range.result();
}

describe('the range of pixels that are numbers', () => {
  it.each([
    [[0, 0.3, 1], 0, 1],
    [[0, 0], 0, 1],
    [[-1, 1], -1, 1],
    [[-0.2, 0.9], -1, 1],
    [[0, 16], 0, 16],
    [[0, 17], 0, 255],
    [[3, 255], 0, 255],
    [[0.5, 254.5], 0, 255],
    [[0, 256], 0, 4095],
    [[0, 4096], 0, 65_535],
  ])('of %j is from %i to %i', (values, black, white) => {
    expect(rangeOf(...values)).toEqual({ black, white });
  });

  it.each([[[-2, 0]], [[-1, 2]], [[0, 65_536]], [[0, 2.5]]])('is refused for %j', (values) => {
    expect(() => rangeOf(...values)).toThrow(/Expected: from 0 to 1, 0 to 255/);
  });

  it('makes black 0 and white 255, and cuts what lies beyond', () => {
    expect([...toPixelBytes([-1, 0, 1, 2], { black: -1, white: 1 })]).toEqual([0, 128, 255, 255]);
    expect([...toPixelBytes(Uint8Array.of(0, 8, 16), { black: 0, white: 16 })]).toEqual([0, 128, 255]);
  });
});
