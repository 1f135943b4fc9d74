/** Predictions with the labels that they are held against, and what a row of them says. */
import type { EvaluationKind } from '@trainyard/contracts';

export interface LabelledPredictions {
  readonly task: EvaluationKind;
  /** Images. */
  readonly count: number;
  /** Of the classes (two where binary), labels or targets: as many as a row has numbers. */
  readonly names: readonly string[];
  /** [count, names]: probabilities, or values of a regression. */
  readonly predictions: Float32Array | Float64Array;
  /** The class of each image, or [count, names]: 0 or 1 for each label, or the targets. */
  readonly labels: Int32Array | Float32Array | Float64Array;
}

/** The class of the largest probability of each row, the first of equal ones. */
export function predictedClasses({ predictions, names, count }: LabelledPredictions): Int32Array {
  const width = names.length;
  return Int32Array.from({ length: count }, (_, row) => {
    let best = 0;
    for (let place = 1; place < width; place++) {
      if (predictions[row * width + place] > predictions[row * width + best]) best = place;
    }
    return best;
  });
}

/** Whether a label counts as predicted: strictly above one half, as in Keras. */
export function isPositive(probability: number): boolean {
  return probability > 0.5;
}

/** The probabilities of one class or label, [count]. */
export function columnOf({ predictions, names, count }: LabelledPredictions, place: number): Float64Array {
  return Float64Array.from({ length: count }, (_, row) => predictions[row * names.length + place]);
}

/** Which rows are of a class, or have a label: 0 or 1 each. */
export function membershipOf({ task, labels, names, count }: LabelledPredictions, place: number): Uint8Array {
  if (task !== 'multilabel') return Uint8Array.from({ length: count }, (_, row) => (labels[row] === place ? 1 : 0));
  return Uint8Array.from({ length: count }, (_, row) => (isPositive(labels[row * names.length + place]) ? 1 : 0));
}

/** A share, 0 where there is nothing to share (scikit-learn's `zero_division=0`). */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return ratio(sum, values.length);
}
