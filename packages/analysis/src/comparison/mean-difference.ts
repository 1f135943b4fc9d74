/** The mean of paired differences and how sure it is. */

const NORMAL_95 = 1.959963984540054;

/** The mean with a 95 % interval, by the normal approximation: mean ± 1.96 s / √n. One difference alone has no interval. */
export function meanDifference(differences: readonly number[]): { value: number; interval: [number, number] | null } {
  const count = differences.length;
  const value = differences.reduce((sum, difference) => sum + difference, 0) / count;
  if (count < 2) return { value, interval: null };
  const squares = differences.reduce((sum, difference) => sum + (difference - value) ** 2, 0);
  const reach = NORMAL_95 * Math.sqrt(squares / (count - 1) / count);
  return { value, interval: [value - reach, value + reach] };
}
