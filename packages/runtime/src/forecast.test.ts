import { describe, expect, it } from 'vitest';
import { ForecastRecord } from './forecast.js';

/** Forecasts at the times 1, 2, …, `until`, each by `etaOf`. */
function record(until: number, etaOf: (at: number) => number): ForecastRecord {
  const forecasts = new ForecastRecord();
  for (let at = 1; at <= until; at++) forecasts.add(at, etaOf(at));
  return forecasts;
}

describe('ForecastRecord', () => {
  it('knows nothing from too few forecasts', () => {
    expect(record(0, () => 5).error(1, 5)).toBeNull();
    expect(record(2, () => 5).error(3, 5)).toBeNull();
  });

  it('finds no error in forecasts that held', () => {
    expect(record(9, (at) => 30 - at).error(10, 20)).toBe(0);
  });

  it('takes the part by which the worst of the later half was off', () => {
    // At the time 5, 40 s were said to be left; at 10 it is seen that they are 45: an eighth more.
    const forecasts = record(9, (at) => (at <= 5 ? 45 - at : 50 - at));
    expect(forecasts.error(10, 40)).toBeCloseTo((40 / 8) * Math.sqrt(1 + 10 / 40));
    expect(forecasts.error(20, 30)).toBeNull();
  });

  it('forgets what was wrong long ago', () => {
    const forecasts = record(50, (at) => (at < 20 ? 1 : 100 - at));
    expect(forecasts.error(51, 49)).toBe(0);
  });
});
