/** Tail areas of the normal distribution, exact to about 1e-13 of themselves, as far as tests of significance need them. */

const SERIES_BELOW = 2;
const TINY = 1e-300;
const PRECISION = 1e-16;

/**
 * The complementary error function of x >= 0: its power series near zero, its continued fraction beyond
 * (Abramowitz and Stegun 1964, 7.1.6 and 7.1.14).
 */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  return x < SERIES_BELOW ? 1 - erfSeries(x) : erfcFraction(x);
}

/** The chance that a standard normal variable is at least |z| away from zero. */
export function twoSidedTail(z: number): number {
  return erfc(Math.abs(z) / Math.SQRT2);
}

/** The chance that a chi-squared variable with one degree of freedom is at least `x`. */
export function chiSquaredTail(x: number): number {
  return erfc(Math.sqrt(x / 2));
}

function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > PRECISION * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return ((2 * Math.exp(-x * x)) / Math.sqrt(Math.PI)) * sum;
}

/** Lentz's method. */
function erfcFraction(x: number): number {
  let value = x;
  let numerator = x;
  let denominator = 0;
  for (let n = 1; ; n++) {
    denominator = 1 / Math.max(x + (n / 2) * denominator, TINY);
    numerator = Math.max(x + n / 2 / numerator, TINY);
    const change = numerator * denominator;
    value *= change;
    if (Math.abs(change - 1) < PRECISION * 10) return Math.exp(-x * x) / Math.sqrt(Math.PI) / value;
  }
}
