/** How many rows are let in at each threshold of a score, from the highest to the lowest: what all curves are made of. */

export interface Thresholds {
  /** The distinct scores, falling. */
  readonly scores: Float64Array;
  /** Rows with the label, and without it, whose score is at least that one. */
  readonly truePositives: Float64Array;
  readonly falsePositives: Float64Array;
  readonly positives: number;
  readonly negatives: number;
}

/**
 * @param scores [count]
 * @param has 0 or 1 for each
 */
export function thresholdsOf(scores: Float64Array, has: Uint8Array): Thresholds {
  const order = Uint32Array.from(scores, (_, row) => row).sort((a, b) => scores[b] - scores[a]);
  const distinct: number[] = [];
  const truePositives: number[] = [];
  const falsePositives: number[] = [];
  let right = 0;
  order.forEach((row, place) => {
    right += has[row];
    const next = order[place + 1];
    if (next !== undefined && scores[next] === scores[row]) return;
    distinct.push(scores[row]);
    truePositives.push(right);
    falsePositives.push(place + 1 - right);
  });
  return {
    scores: Float64Array.from(distinct),
    truePositives: Float64Array.from(truePositives),
    falsePositives: Float64Array.from(falsePositives),
    positives: right,
    negatives: scores.length - right,
  };
}
