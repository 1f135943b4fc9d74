import type { Split } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import type { DescribedImages } from './described-images.js';
import { type Duplicates, duplicatesAmong } from './duplicates.js';
import { findLeaks } from './leaks.js';

const SPLIT = { a: 'train', v: 'validation', t: 'test' } as const satisfies Record<string, Split>;

/** Images by the letters of their splits, and by default all of one class. */
function images(letters: string, labels: readonly (number | number[])[] = []): DescribedImages {
  const splits = [...letters].map((letter) => SPLIT[letter as keyof typeof SPLIT]);
  return {
    count: splits.length,
    image: { width: 1, height: 1, channels: 1 },
    features: new Uint8Array(0),
    contents: splits.map((_, index) => String(index)),
    splits,
    labels: splits.map((_, index) => labels[index] ?? 0),
    name: String,
    width: () => 1,
    height: () => 1,
    readPixels: () => {},
  };
}

function duplicates(exact: number[][], near: [number, number][] = []): Duplicates {
  const crossings = { crossesSplits: true, crossesLabels: false };
  return {
    exact: exact.map((members) => ({ members, ...crossings })),
    near: near.map(([first, second]) => ({ first, second, distance: 0.1, ...crossings })),
  };
}

const dropped = (of: DescribedImages, found: Duplicates) =>
  findLeaks(of, found, 'multilabel').map(({ image }) => image);

describe('leaks', () => {
  it('leave the test image, then that for validation', () => {
    expect(findLeaks(images('aavt'), duplicates([[0, 3]]), 'multiclass')).toEqual([{ image: 0, copyOf: 3 }]);
    expect(findLeaks(images('aavt'), duplicates([[1, 2]]), 'multiclass')).toEqual([{ image: 1, copyOf: 2 }]);
    expect(dropped(images('aavt'), duplicates([[0, 2, 3]]))).toEqual([0, 2]);
  });

  it('pass over copies within a split', () => {
    expect(dropped(images('aaatt'), duplicates([[0, 1]], [[3, 4]]))).toEqual([]);
  });

  it('follow near copies of all that show a picture', () => {
    expect(dropped(images('aaat'), duplicates([[0, 1]], [[0, 3]]))).toEqual([0, 1]);
  });

  it('keep a train image whose copy for validation is dropped itself', () => {
    // 1 is like 0 and like the test image 2, but these two are not alike.
    const near: [number, number][] = [
      [0, 1],
      [1, 2],
    ];
    expect(dropped(images('avta'), duplicates([], near))).toEqual([1]);
  });

  it('leave every class and label an image to train on', () => {
    expect(dropped(images('aat', [0, 1, 0]), duplicates([], [[0, 2]]))).toEqual([]);
    expect(dropped(images('aaat', [[0], [0, 1], [0], [0]]), duplicates([[0, 1, 2, 3]]))).toEqual([2]);
  });

  it('leave a regression one image to train on', () => {
    const found = duplicates([[0, 1, 2]]);
    expect(findLeaks(images('aat', [0.5, 0.25, 0.5]), found, 'regression')).toEqual([{ image: 1, copyOf: 2 }]);
  });

  it('may be of one picture that is there very often', () => {
    const count = 50_000;
    const all = images(`${'a'.repeat(count - 1)}t`);
    const found = duplicates([Array.from({ length: count }, (_, index) => index)]);
    expect(findLeaks(all, found, 'multiclass')).toHaveLength(count - 2);
  });
});

describe('duplicates among the images that were kept', () => {
  it('have their new places, and only what is left', () => {
    const found = duplicates(
      [
        [0, 2, 4],
        [1, 5],
      ],
      [
        [0, 3],
        [1, 6],
      ],
    );
    const kept = [2, 3, 4, 5];
    const left = duplicatesAmong(images('aaat'), kept, found);
    expect(left.exact).toEqual([{ members: [0, 2], crossesSplits: false, crossesLabels: false }]);
    expect(left.near).toEqual([{ first: 0, second: 1, distance: 0.1, crossesSplits: false, crossesLabels: false }]);
  });
});
