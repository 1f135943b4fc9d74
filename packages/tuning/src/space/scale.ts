/**
 * The line on which the numbers of a range lie evenly: logarithms where it is logarithmic. Where there are steps the line
 * goes half a step beyond both ends, so that each value has its own stretch, as in Optuna.
 */
import type { Range } from './parameter.js';

export interface Line {
  readonly from: number;
  readonly to: number;
}

export function lineOf({ low, high, log, step }: Range): Line {
  const half = (step ?? 0) / 2;
  const at = (value: number) => (log ? Math.log(value) : value);
  return { from: at(low - half), to: at(high + half) };
}

/** Where a value lies on the line. */
export function placeOnLine({ log }: Range, value: number): number {
  return log ? Math.log(value) : value;
}

/** The value of the range that is nearest to a place on the line. */
export function valueAt({ low, high, log, step }: Range, place: number): number {
  const value = log ? Math.exp(place) : place;
  const stepped = step === null ? value : rounded(low + Math.round((value - low) / step) * step);
  return Math.min(Math.max(stepped, low), high);
}

/** Sums of steps such as 0.1 end in noise; twelve digits are more than any setting needs. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

/** All values of a range with steps, in order. */
export function valuesOf(range: Range): number[] {
  const { low, high, step } = range;
  if (step === null) return [];
  const count = Math.round((high - low) / step) + 1;
  return Array.from({ length: count }, (_, k) => rounded(low + k * step));
}
