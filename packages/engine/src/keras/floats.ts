/** Numbers that Keras held in float32 before it wrote them. */

const LONGEST = 9;

/** The shortest decimal that is the same number in float32: 0.001 for 0.0010000000474974513. Others stay as they are. */
export function shortestFloat(value: unknown): unknown {
  if (typeof value !== 'number' || Math.fround(value) !== value) return value;
  for (let digits = 1; digits <= LONGEST; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return shorter;
  }
  return value;
}
