import { readFileSync } from 'node:fs';
import type { Assignment } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { parameterImportances } from '../importance/importance.js';
import { randomOf } from '../random.js';
import { readSpace } from '../space/read-space.js';
import { parzenEstimator, weightsOf } from './parzen.js';

interface Oracle {
  densities: { names: string[]; observed: Assignment[]; asked: Assignment[]; log_densities: number[] }[];
  fanova: { rows: Assignment[]; values: number[]; importances: Record<string, number> };
}

/** What Optuna says; the script beside it wrote it. */
const oracle: Oracle = JSON.parse(
  readFileSync(new URL('../../../../test/sweeps/oracles/optuna-values.json', import.meta.url), 'utf8'),
);

const SPACE = {
  '/training/a': { min: -1, max: 3 },
  '/training/b': { min: 1e-5, max: 1e-1, log: true },
  '/training/c': { min: 1, max: 9, integer: true },
  '/training/d': { min: 1, max: 512, integer: true, log: true },
  '/training/e': { min: 0, max: 1, step: 0.25 },
  '/training/f': ['relu', 'elu', 'tanh'],
};

const parametersNamed = (names: readonly string[]) => readSpace(SPACE).filter(({ pointer }) => names.includes(pointer));

describe('the Parzen estimator', () => {
  it.each(oracle.densities)('has the densities of Optuna: $names', ({ names, observed, asked, log_densities }) => {
    const parameters = parametersNamed(names);
    const estimator = parzenEstimator(parameters, observed);
    asked.forEach((assignment, k) => {
      const density = estimator.logDensity(assignment);
      expect(Math.abs(density - log_densities[k])).toBeLessThan(1e-9 * Math.max(1, Math.abs(log_densities[k])));
    });
  });

  it('draws what its density says', () => {
    const [parameter] = parametersNamed(['/training/c']);
    const estimator = parzenEstimator(
      [parameter],
      [2, 3, 3, 9].map((value) => ({ '/training/c': value })),
    );
    const random = randomOf(5);
    const counts = new Array(10).fill(0);
    const draws = 40_000;
    for (let k = 0; k < draws; k++) counts[Number(estimator.sample(random)['/training/c'])]++;
    let sum = 0;
    for (let value = 1; value <= 9; value++) {
      const share = Math.exp(estimator.logDensity({ '/training/c': value }));
      sum += share;
      expect(Math.abs(counts[value] / draws - share)).toBeLessThan(0.012);
    }
    expect(sum).toBeCloseTo(1, 12);
  });

  it('forgets slowly', () => {
    const weights = weightsOf(30);
    expect(weights).toHaveLength(31);
    expect(weights[4]).toBeCloseTo(weights[30], 12);
    expect(weights[0] / weights[30]).toBeCloseTo(1 / 30, 12);
  });
});

describe('functional ANOVA', () => {
  it('finds what Optuna finds, up to the chance of a forest', () => {
    const { rows, values, importances: expected } = oracle.fanova;
    const outcomes = rows.map((assignment, k) => ({ assignment, value: values[k] }));
    const found = parameterImportances(parametersNamed(Object.keys(expected)), outcomes);
    expect(found.importances.map(({ parameter }) => parameter)).toEqual(Object.keys(expected));
    for (const { parameter, importance } of found.importances) {
      expect(Math.abs(importance - expected[parameter])).toBeLessThan(0.04);
    }
    expect(found.explained).toBeGreaterThan(0.9);
    expect(parameterImportances(parametersNamed(['/training/a']), outcomes.slice(0, 1)).importances).toEqual([]);
  });
});
