/** Triton's classification extension: the highest values of a row as `value:index:label`. */

/** `count` texts for each row of `values`, the highest first; of equal values the lower index comes first. */
export function classify(values: Float32Array, labels: readonly string[], count: number): string[] {
  const width = labels.length;
  const texts: string[] = [];
  for (let offset = 0; offset < values.length; offset += width) {
    const row = values.subarray(offset, offset + width);
    const order = Array.from(row.keys()).sort((a, b) => row[b] - row[a] || a - b);
    for (const index of order.slice(0, count)) texts.push(`${shortest(row[index])}:${index}:${labels[index]}`);
  }
  return texts;
}

/** Nine digits tell every float32 from its neighbours. */
const DIGITS_MAX = 9;
const DIGITS_MIN = 6;

/** The fewest digits that read back as the same float32. */
function shortest(value: number): string {
  for (let digits = DIGITS_MIN; digits < DIGITS_MAX; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(Number(value.toPrecision(DIGITS_MAX)));
}
