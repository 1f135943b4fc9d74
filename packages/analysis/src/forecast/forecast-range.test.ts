import { expect, it } from 'vitest';
import { forecastRange, medianError, relativeError } from './forecast-range.js';
import { quantile } from './quantile.js';

const spread = { below: 0.2, above: 0.5 };

it('reaches as far as the spread while few earlier forecasts are known', () => {
  expect(forecastRange(100, [2, 2, 2], spread)).toEqual({ low: 80, likely: 100, high: 150 });
});

it('reaches as far as earlier forecasts were off, and always to its likely value', () => {
  const ratios = Array.from({ length: 11 }, (_, i) => 0.9 + 0.05 * i);
  const { low, high } = forecastRange(100, ratios, spread);
  expect(low).toBeCloseTo(95, 10);
  expect(high).toBeCloseTo(135, 10);
  expect(forecastRange(100, Array(12).fill(1.3), spread)).toMatchObject({ low: 100, high: 130 });
});

it('measures its own error against what a job took', () => {
  expect(relativeError(120, 100)).toBeCloseTo(0.2, 12);
  expect(medianError([-0.4, 0.1, 0.2])).toBe(0.2);
  expect(medianError([])).toBeNull();
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
});
