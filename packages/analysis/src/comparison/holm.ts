/** Holm's correction of p-values for the number of tests that were made. */

/** Adjusted p-values in the order given; the chance of any false one stays below the level (Holm 1979). */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a] - pValues[b]);
  const adjusted = Array<number>(pValues.length).fill(0);
  let largest = 0;
  order.forEach((place, rank) => {
    largest = Math.max(largest, Math.min(1, pValues[place] * (pValues.length - rank)));
    adjusted[place] = largest;
  });
  return adjusted;
}
