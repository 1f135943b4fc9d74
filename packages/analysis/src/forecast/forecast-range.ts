/** Forecasts as ranges, and how far off earlier ones were. */
import { quantile } from './quantile.js';

export interface ForecastRange {
  low: number;
  likely: number;
  high: number;
}

/** With fewer earlier forecasts the range is the default one. */
const EARLIER_MIN = 10;
/** Parts of the earlier forecasts that the range leaves out below and above. */
const TAIL = 0.1;

/**
 * The range in which eight of ten such forecasts come true. `ratios` are those of what earlier jobs took to what was
 * forecast of them: with ten or more of them the range is between their tenth and ninetieth part (the quantiles of
 * split conformal prediction, without its promise, since machines change); else `spread` says how far it reaches.
 */
export function forecastRange(
  likely: number,
  ratios: readonly number[],
  spread: { below: number; above: number },
): ForecastRange {
  if (ratios.length < EARLIER_MIN) {
    return { low: likely * (1 - spread.below), likely, high: likely * (1 + spread.above) };
  }
  const low = Math.min(1, quantile(ratios, TAIL));
  const high = Math.max(1, quantile(ratios, 1 - TAIL));
  return { low: likely * low, likely, high: likely * high };
}

/** `(forecast - actual) / actual`: above 0 where too much was forecast. */
export function relativeError(forecast: number, actual: number): number {
  return (forecast - actual) / actual;
}

/** The median of the errors' sizes; null without any. */
export function medianError(errors: readonly number[]): number | null {
  return errors.length === 0 ? null : quantile(errors.map(Math.abs), 0.5);
}
