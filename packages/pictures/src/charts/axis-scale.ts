/** From values to places along an axis, with the ticks that are written beside it. */
import { numberText, tickText } from './number-text.js';
import { logTicks, tickStep, ticksEvery } from './ticks.js';

export interface Tick {
  readonly at: number;
  readonly text: string;
}

export interface AxisScale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly Tick[];
  /** From 0 at `low` to 1 at `high`; NaN for what has no place, such as 0 on a logarithmic scale. */
  place(value: number): number;
}

export interface ScaleOptions {
  /** Ends of the scale, where they are not to follow from the values. */
  readonly domain?: readonly [number, number];
  readonly log?: boolean;
  /** Ticks that there is room for. */
  readonly wanted: number;
  /** Whether the scale ends at round numbers rather than at the values. */
  readonly round?: boolean;
}

export function scaleOf(values: Iterable<number>, options: ScaleOptions): AxisScale {
  return options.log ? logScale(values, options) : linearScale(values, options);
}

/** Places 0, 1, 2 … with names. */
export function namedScale(names: readonly string[]): AxisScale {
  const low = -0.5;
  const high = Math.max(1, names.length) - 0.5;
  return {
    low,
    high,
    ticks: names.map((text, at) => ({ at, text })),
    place: (value) => (value - low) / (high - low),
  };
}

function linearScale(values: Iterable<number>, { domain, wanted, round = false }: ScaleOptions): AxisScale {
  const range = rangeOf(values, (value) => Number.isFinite(value));
  let [low, high] = domain ?? range.ends ?? [0, 1];
  if (!(high > low)) [low, high] = aroundOne(low);
  const least = range.areWhole && (domain === undefined || high - low > 1) ? 1 : 0;
  const step = Math.max(least, tickStep(low, high, wanted));
  if (round && domain === undefined) {
    low = step * Math.floor(low / step + 1e-9);
    high = step * Math.ceil(high / step - 1e-9);
  }
  const found = ticksEvery(low, high, step).map((at) => ({ at, text: tickText(at, step) }));
  return { low, high, ticks: found, place: (value) => (value - low) / (high - low) };
}

function logScale(values: Iterable<number>, { domain, wanted }: ScaleOptions): AxisScale {
  let [low, high] = domain ?? rangeOf(values, (value) => value > 0 && Number.isFinite(value)).ends ?? [0.1, 1];
  if (!(high > low)) [low, high] = [low / 2, high * 2];
  const [from, to] = [Math.log(low), Math.log(high)];
  return {
    low,
    high,
    ticks: logTicks(low, high, wanted).map((at) => ({ at, text: numberText(at) })),
    place: (value) => (value > 0 ? (Math.log(value) - from) / (to - from) : Number.NaN),
  };
}

/** A range with one value in its middle. */
function aroundOne(value: number): [number, number] {
  const reach = value === 0 ? 1 : Math.abs(value) / 2;
  return [value - reach, value + reach];
}

function rangeOf(values: Iterable<number>, counts: (value: number) => boolean) {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let areWhole = true;
  for (const value of values) {
    if (!counts(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
    areWhole &&= Number.isInteger(value);
  }
  return low > high ? { areWhole: false } : { ends: [low, high] as const, areWhole };
}
