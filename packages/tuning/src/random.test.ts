import { describe, expect, it } from 'vitest';
import { normalFrom, placeFrom, randomOf } from './random.js';

function drawn(count: number, draw: () => number): number[] {
  return Array.from({ length: count }, draw);
}

describe('the numbers of a search', () => {
  it('are a function of the key, and different for neighbouring keys', () => {
    const of = (...key: (number | string)[]) => drawn(4, randomOf(...key));
    expect(of(1, 2, 'a')).toEqual(of(1, 2, 'a'));
    const keys = [of(1, 2, 'a'), of(2, 1, 'a'), of(1, 2, 'b'), of(1, 3, 'a'), of(12, 'a'), of(1, '2', 'a')];
    expect(new Set(keys.map(([first]) => first)).size).toBe(keys.length);
  });

  it('are uniform over the keys of trials as well as within a stream', () => {
    for (const numbers of [
      drawn(40_000, randomOf(7)),
      Array.from({ length: 40_000 }, (_, k) => randomOf(7, k, '/x')()),
    ]) {
      const counts = new Array(20).fill(0);
      for (const x of numbers) counts[Math.floor(20 * x)]++;
      // Chi-squared of 19 degrees of freedom: beyond 55 once in 40,000.
      const statistic = counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
      expect(statistic).toBeLessThan(55);
      expect(Math.min(...numbers)).toBeGreaterThan(0);
      expect(Math.max(...numbers)).toBeLessThan(1);
    }
  });

  it('are normal and weighted where they are asked to be', () => {
    const random = randomOf(3);
    const normal = drawn(40_000, () => normalFrom(random));
    const mean = normal.reduce((a, b) => a + b) / normal.length;
    const variance = normal.reduce((sum, x) => sum + (x - mean) ** 2, 0) / normal.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.04);
    const places = drawn(40_000, () => placeFrom(random, [0.5, 0, 0.3, 0.2]));
    const shares = [0, 1, 2, 3].map((place) => places.filter((each) => each === place).length / places.length);
    [0.5, 0, 0.3, 0.2].forEach((share, place) => {
      expect(Math.abs(shares[place] - share)).toBeLessThan(0.015);
    });
  });
});
