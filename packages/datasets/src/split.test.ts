import { SPLITS, type Split } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import type { ListedSample } from './formats/format.js';
import { assignSplits } from './split.js';

function listed(perClass: readonly number[], split: Split | null = null): ListedSample[] {
  return perClass.flatMap((count, classIndex) =>
    Array.from({ length: count }, (_, index) => ({
      source: `${classIndex}/${index}`,
      class: classIndex,
      split,
      width: 1,
      height: 1,
    })),
  );
}

function counts(samples: readonly { split: Split; class: number }[], classIndex?: number): number[] {
  const chosen = samples.filter((sample) => classIndex === undefined || sample.class === classIndex);
  return SPLITS.map((split) => chosen.filter((sample) => sample.split === split).length);
}

describe('the division into splits', () => {
  it('gives every class the same shares', () => {
    const samples = assignSplits(listed([100, 50, 10]), 3);
    expect(counts(samples, 0)).toEqual([80, 10, 10]);
    expect(counts(samples, 1)).toEqual([40, 5, 5]);
    expect(counts(samples, 2)).toEqual([8, 1, 1]);
  });

  it('comes to the fractions over many classes that are too small for them', () => {
    const samples = assignSplits(listed(new Array(100).fill(3)), 100);
    expect(counts(samples)).toEqual([240, 30, 30]);
  });

  it('is the same again for a seed, and another for another', () => {
    const splitsOf = (seed: number) => assignSplits(listed([200, 200]), 2, { seed }).map(({ split }) => split);
    expect(splitsOf(7)).toEqual(splitsOf(7));
    expect(splitsOf(8)).not.toEqual(splitsOf(7));
  });

  it('does not simply cut off the end of a class', () => {
    const tests = assignSplits(listed([1000]), 1).flatMap(({ split }, index) => (split === 'test' ? [index] : []));
    expect(Math.min(...tests)).toBeLessThan(200);
    expect(Math.max(...tests)).toBeGreaterThan(800);
  });

  it('leaves every class an image to train on', () => {
    const samples = assignSplits(listed([1, 2, 1, 3, 1]), 5, { train: 0.01, validation: 0.5, test: 0.49 });
    for (let classIndex = 0; classIndex < 5; classIndex++) expect(counts(samples, classIndex)[0]).toBeGreaterThan(0);
  });

  it('keeps the splits of the archive and takes a validation part from its train images', () => {
    const given = [...listed([50, 50], 'train'), ...listed([10, 10], 'test')];
    const samples = assignSplits(given, 2);
    expect(counts(samples)).toEqual([90, 10, 20]);
    expect(samples.slice(100).every(({ split }) => split === 'test')).toBe(true);
  });
});
