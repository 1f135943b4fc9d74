import { describe, expect, it } from 'vitest';
import { findDifferences } from './differences.js';

describe('findDifferences', () => {
  it('names what differs by its pointer and leaves out documents that do not have it', () => {
    const found = findDifferences({
      a: { seed: 1, optimizer: { type: 'adam', rate: 0.1 }, ema: null },
      b: { seed: 1, optimizer: { type: 'adam', rate: 0.2 }, ema: { decay: 0.9 } },
      c: { seed: 1, optimizer: { type: 'sgd', rate: 0.1, momentum: 0.9 } },
    });
    expect(found).toEqual([
      { pointer: '/optimizer/type', values: { a: 'adam', b: 'adam', c: 'sgd' } },
      { pointer: '/optimizer/rate', values: { a: 0.1, b: 0.2, c: 0.1 } },
      { pointer: '/optimizer/momentum', values: { c: 0.9 } },
      { pointer: '/ema', values: { a: null, b: { decay: 0.9 } } },
    ]);
  });

  it('matches layers by name, so that one more in the middle is one difference', () => {
    const layers = (...names: string[]) => ({ layers: names.map((name) => ({ name, units: name === 'x' ? 1 : 2 })) });
    expect(findDifferences({ a: layers('conv', 'dense'), b: layers('conv', 'x', 'dense') })).toEqual([
      { pointer: '/layers/1', values: { b: { name: 'x', units: 1 } } },
    ]);
  });

  it('sees named items in another order, and lists of other lengths', () => {
    const a = { list: [{ name: 'p' }, { name: 'q' }], sizes: [1, 2] };
    const b = { list: [{ name: 'q' }, { name: 'p' }], sizes: [1, 2, 3] };
    expect(findDifferences({ a, b })).toEqual([
      { pointer: '/list', values: { a: a.list, b: b.list } },
      { pointer: '/sizes/2', values: { b: 3 } },
    ]);
  });

  it('escapes names, and finds nothing in equal documents', () => {
    expect(findDifferences({ a: { 'x/y~': 1 }, b: { 'x/y~': 2 } })[0].pointer).toBe('/x~1y~0');
    expect(findDifferences({ a: { n: [Number.NaN, null] }, b: { n: [Number.NaN, null] } })).toEqual([]);
  });
});
