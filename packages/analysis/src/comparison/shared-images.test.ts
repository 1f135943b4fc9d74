import { expect, it } from 'vitest';
import { sharedPlaces } from './shared-images.js';

it('pairs what both have, repeated images as often as both have them', () => {
  expect(sharedPlaces(['a', 'b', 'a', 'c', 'a'], ['x', 'a', 'a', 'c'])).toEqual([
    [0, 1],
    [2, 2],
    [3, 3],
  ]);
  expect(sharedPlaces(['a'], [])).toEqual([]);
});
