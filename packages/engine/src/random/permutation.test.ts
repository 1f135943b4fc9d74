import { describe, expect, it } from 'vitest';
import { permutation } from './permutation.js';

describe('a permutation', () => {
  it.each([0, 1, 2, 10, 1797])('of %i holds every number once', (n) => {
    expect([...permutation(n, 3, 1)].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
  });

  it('is the same for the same seed and epoch', () => {
    expect(permutation(1000, 5, 2)).toEqual(permutation(1000, 5, 2));
  });

  it('differs by epoch and by seed', () => {
    const sameplaces = (a: Uint32Array, b: Uint32Array) => a.filter((value, i) => value === b[i]).length;
    const order = permutation(1000, 5, 2);
    for (const other of [permutation(1000, 5, 3), permutation(1000, 6, 2), permutation(1000, 2, 5)]) {
      expect(sameplaces(order, other)).toBeLessThan(10);
    }
  });

  it('brings every number to every place equally often', () => {
    const n = 8;
    const rounds = 16_000;
    const counts = new Float64Array(n * n);
    for (let epoch = 0; epoch < rounds; epoch++) {
      permutation(n, 11, epoch).forEach((value, place) => {
        counts[value * n + place]++;
      });
    }
    const deviation = Math.sqrt((rounds / n) * (1 - 1 / n));
    for (const count of counts) expect(Math.abs(count - rounds / n)).toBeLessThan(5 * deviation);
  });

  it('gives every order of three equally often', () => {
    const rounds = 12_000;
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < rounds; epoch++) {
      const order = permutation(3, 2, epoch).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - rounds / 6)).toBeLessThan(5 * Math.sqrt(rounds / 7));
  });
});
