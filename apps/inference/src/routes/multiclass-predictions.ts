/** Rows of probabilities as the predictions of the contract. */
import type { MulticlassPrediction } from '@trainyard/contracts';

/** `probabilities` holds a row for each instance, in the order of `labels`. */
export function multiclassPredictions(probabilities: Float32Array, labels: readonly string[]): MulticlassPrediction[] {
  const count = probabilities.length / labels.length;
  return Array.from({ length: count }, (_, row) =>
    toPrediction(probabilities.subarray(row * labels.length, (row + 1) * labels.length), labels),
  );
}

function toPrediction(row: Float32Array, labels: readonly string[]): MulticlassPrediction {
  let best = 0;
  for (let index = 1; index < row.length; index++) if (row[index] > row[best]) best = index;
  return {
    label: labels[best],
    confidence: row[best],
    probabilities: Object.fromEntries(labels.map((label, index) => [label, row[index]])),
  };
}
