import { expect, it } from 'vitest';
import { nonFiniteLayer } from './non-finite-layer.js';

const fine = Float32Array.of(0, -1, 1e30);

it('names the first layer whose weights or slots are not finite', () => {
  const broken = Float32Array.of(0, Number.NaN);
  const infinite = Float32Array.of(Number.NEGATIVE_INFINITY);
  expect(nonFiniteLayer(new Map([['a/kernel', fine]]))).toBeNull();
  expect(
    nonFiniteLayer(
      new Map([
        ['a/kernel', fine],
        ['b.c/bias', broken],
        ['d/kernel', broken],
      ]),
    ),
  ).toBe('b.c');
  expect(
    nonFiniteLayer(
      new Map([
        ['a/kernel', fine],
        ['optimizer/m/e/kernel', infinite],
      ]),
    ),
  ).toBe('e');
});
