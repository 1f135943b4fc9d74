// Principal components beside scikit-learn's, on stored cases.
import { readFileSync } from 'node:fs';
import { principalComponents } from '@trainyard/analysis';
import { describe, expect, it } from 'vitest';

interface Case {
  name: string;
  width: number;
  rows: number[];
  projected: number[];
  ratio: number[];
}

const stored = new URL('oracles/sklearn-pca.json', import.meta.url);
const { cases }: { cases: Case[] } = JSON.parse(readFileSync(stored, 'utf8'));

function farthest(found: ArrayLike<number>, expected: readonly number[]): number {
  expect(found).toHaveLength(expected.length);
  const size = Math.max(...expected.map(Math.abs));
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(found[i] - value)), 0) / size;
}

describe('principalComponents', () => {
  it.each(cases)('equals scikit-learn: $name', ({ width, rows, projected, ratio }) => {
    const found = principalComponents(Float32Array.from(rows), width);
    expect(farthest(found.projected, projected)).toBeLessThan(1e-7);
    expect(farthest(found.ratio, ratio)).toBeLessThan(1e-10);
  });

  it('gives nothing for rows that are all the same, and refuses what is no table', () => {
    const found = principalComponents(new Float32Array(12).fill(3), 4);
    expect([...found.projected, ...found.ratio]).toEqual(Array(8).fill(0));
    expect(() => principalComponents(new Float32Array(5), 4)).toThrow('expected rows of 4 numbers');
    expect(() => principalComponents(new Float32Array(0), 4)).toThrow(RangeError);
  });
});
