import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../byte-reader.js';
import { elementPlaces, readFortranItems } from './fortran-items.js';
import type { NpyHead } from './npy-file.js';
import { npyType } from './npy-type.js';

const type = npyType('<u2');
if (!type) throw new Error('a known type');
const head: NpyHead = { type, descr: '<u2', shape: [5, 2, 3], isFortranOrder: true, start: 0, itemSize: 6 };
/** Element (n, i, j) is 100 n + 10 i + j; in the file n runs first, then i, then j. */
const elements = Uint16Array.from({ length: 30 }, (_, at) => {
  return 100 * (at % 5) + 10 * (Math.floor(at / 5) % 2) + Math.floor(at / 10);
});

async function itemsOf(windowBytes: number) {
  let passes = 0;
  const open = async () => {
    passes++;
    async function* chunks() {
      const bytes = new Uint8Array(elements.buffer);
      for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
    }
    return new ByteReader(chunks());
  };
  const items: number[][] = [];
  for await (const item of readFortranItems(open, head, 'x.npy', windowBytes)) {
    items.push([...new Uint16Array(item.slice().buffer)]);
  }
  return { items, passes };
}

describe('items of an array in Fortran order', () => {
  const expected = [0, 100, 200, 300, 400].map((n) => [0, 1, 2, 10, 11, 12].map((place) => n + place));

  it.each([
    [1000, 1],
    [24, 3],
    [1, 5],
  ])('are the same in windows of %i bytes, with %i passes', async (windowBytes, passes) => {
    expect(await itemsOf(windowBytes)).toEqual({ items: expected, passes });
  });

  it('have places that count every element once', () => {
    expect([...elementPlaces([2, 3])]).toEqual([0, 3, 1, 4, 2, 5]);
    expect([...elementPlaces([2, 3, 4])].sort((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, i) => i));
  });
});
