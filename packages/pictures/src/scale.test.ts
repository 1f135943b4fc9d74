import { describe, expect, it } from 'vitest';
import { scaleImage, shownSize } from './scale.js';

const SIZE = { width: 2, height: 2, channels: 3 } as const;
/** Red, green and blue planes of 2 x 2. */
const PLANES = Uint8Array.of(10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120);

describe('scaleImage', () => {
  it('puts the channels of a pixel together', () => {
    expect([...scaleImage(PLANES, SIZE, SIZE)]).toEqual([10, 50, 90, 20, 60, 100, 30, 70, 110, 40, 80, 120]);
  });

  it('repeats pixels where it enlarges by a whole number', () => {
    const grey = scaleImage(Uint8Array.of(1, 2, 3, 4), { width: 2, height: 2, channels: 1 }, { width: 4, height: 4 });
    expect([...grey]).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]);
  });

  it('takes the mean of the area where it reduces', () => {
    expect([...scaleImage(PLANES, SIZE, { width: 1, height: 1 })]).toEqual([25, 65, 105]);
    const third = scaleImage(Uint8Array.of(0, 30, 90), { width: 3, height: 1, channels: 1 }, { width: 2, height: 1 });
    expect([...third]).toEqual([10, 70]);
  });
});

describe('shownSize', () => {
  it.each([
    [
      { width: 28, height: 28 },
      { width: 84, height: 84 },
    ],
    [
      { width: 32, height: 16 },
      { width: 96, height: 48 },
    ],
    [
      { width: 64, height: 64 },
      { width: 64, height: 64 },
    ],
    [
      { width: 224, height: 112 },
      { width: 96, height: 48 },
    ],
    [
      { width: 1024, height: 1 },
      { width: 96, height: 1 },
    ],
  ])('shows %o as %o', (size, shown) => {
    expect(shownSize(size, 96)).toEqual(shown);
  });
});
