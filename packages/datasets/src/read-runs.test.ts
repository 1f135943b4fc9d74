import { describe, expect, it } from 'vitest';
import { readRuns } from './read-runs.js';

const KB = 1024;
const rowsOf = (...rows: number[]) => rows.map((row) => ({ part: 0, row }));
const shape = (images: { part: number; row: number }[], bytes: number) =>
  [...readRuns(images, bytes)].map(({ place, count, row, rows }) => [place, count, row, rows]);

describe('readRuns', () => {
  it('reads what lies side by side, or nearly, at once', () => {
    expect(shape(rowsOf(3, 4, 5), KB)).toEqual([[0, 3, 3, 3]]);
    expect(shape(rowsOf(0, 65, 131), KB)).toEqual([
      [0, 2, 0, 66],
      [2, 1, 131, 1],
    ]);
  });

  it('begins anew for what lies before, for another part, and for an image that comes again', () => {
    expect(shape(rowsOf(7, 6), KB)).toEqual([
      [0, 1, 7, 1],
      [1, 1, 6, 1],
    ]);
    expect(shape(rowsOf(7, 7), KB)).toEqual([
      [0, 1, 7, 1],
      [1, 1, 7, 1],
    ]);
    expect([...readRuns([...rowsOf(1), { part: 1, row: 2 }], KB)].map(({ part }) => part)).toEqual([0, 1]);
  });

  it('takes no more than a mebibyte, but for an image that is larger', () => {
    const images = rowsOf(...Array.from({ length: 1500 }, (_, row) => row));
    expect(shape(images, KB)).toEqual([
      [0, 1024, 0, 1024],
      [1024, 476, 1024, 476],
    ]);
    expect(shape(rowsOf(0, 1), 3 * KB * KB)).toEqual([
      [0, 1, 0, 1],
      [1, 1, 1, 1],
    ]);
  });

  it('has nothing to read for no images', () => expect(shape([], KB)).toEqual([]));
});
