/** Tests of significance against SciPy's, as `oracles/scipy_tests.py` stored them. */
import { readFileSync } from 'node:fs';
import { accuracyDifference, erfc, holm, mcnemar, pairOutcomes, wilcoxon } from '@trainyard/analysis';
import { describe, expect, it } from 'vitest';

interface Stored {
  erfc: [number, number][];
  mcnemar: { only_first: number; only_second: number; statistic: number | null; p: number }[];
  wilcoxon: { differences: number[]; statistic: number; p: number }[];
  holm: { p: number[]; adjusted: number[] };
}

const stored: Stored = JSON.parse(readFileSync(new URL('oracles/scipy-tests.json', import.meta.url), 'utf8'));
const near = (actual: number, expected: number) =>
  expect(Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-300)).toBeLessThan(1e-10);

describe('as SciPy has them', () => {
  it.each(stored.erfc)('erfc(%d)', (x, expected) => near(erfc(x), expected));

  it.each(stored.mcnemar)('McNemar of $only_first and $only_second', ({ only_first, only_second, statistic, p }) => {
    const test = mcnemar({ both: 7, onlyFirst: only_first, onlySecond: only_second, neither: 3 });
    near(test.pValue, p);
    if (statistic === null) expect(test).toMatchObject({ method: 'mcnemar_exact', statistic: null });
    else expect(test).toMatchObject({ method: 'mcnemar_corrected', statistic });
  });

  it.each(stored.wilcoxon)('Wilcoxon of $differences.length differences', ({ differences, statistic, p }) => {
    const test = wilcoxon(differences);
    expect(test.statistic).toBe(statistic);
    near(test.pValue, p);
  });

  it('Holm', () => {
    const adjusted = holm(stored.holm.p);
    for (const [i, p] of adjusted.entries()) near(p, stored.holm.adjusted[i]);
  });
});

describe('two classifiers on the same images', () => {
  it('counts who was right where', () => {
    const outcomes = pairOutcomes([true, true, false, false, true], [true, false, true, false, false]);
    expect(outcomes).toEqual({ both: 1, onlyFirst: 2, onlySecond: 1, neither: 1 });
  });

  it('gives the difference of the accuracies and an interval around it', () => {
    const { value, interval } = accuracyDifference({ both: 80, onlyFirst: 4, onlySecond: 12, neither: 4 });
    expect(value).toBeCloseTo(0.08, 12);
    expect(interval[0]).toBeLessThan(value);
    expect(interval[1]).toBeGreaterThan(value);
    // The formula by hand: Δ = 8/102, variance = (17 - 64/102) / 102².
    expect(interval[1]).toBeCloseTo(8 / 102 + (1.959963984540054 * Math.sqrt(17 - 64 / 102)) / 102, 12);
  });

  it('has no test without a difference', () => {
    expect(wilcoxon([0, 0])).toMatchObject({ pValue: 1, count: 0 });
    expect(mcnemar({ both: 5, onlyFirst: 0, onlySecond: 0, neither: 5 }).pValue).toBe(1);
  });
});
