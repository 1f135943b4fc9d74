/** What a model gave for the instances of a request, as the predictions of the contract. */
import type {
  ClassPrediction,
  LabelsPrediction,
  Predictions,
  PredictionTask,
  ValuesPrediction,
} from '@trainyard/contracts';

/** From this probability on an image has a label. */
const THRESHOLD = 0.5;

/** `outputs` holds a row for each instance, in the order of `labels`: the classes, labels or targets of the data set. */
export function toPredictions(task: PredictionTask, outputs: Float32Array, labels: readonly string[]): Predictions {
  const rows = Array.from({ length: outputs.length / labels.length }, (_, row) =>
    outputs.subarray(row * labels.length, (row + 1) * labels.length),
  );
  switch (task) {
    case 'multilabel':
      return { task, predictions: rows.map((row) => labelsOf(row, labels)) };
    case 'regression':
      return { task, predictions: rows.map((row) => valuesOf(row, labels)) };
    default:
      return { task, predictions: rows.map((row) => classOf(row, labels)) };
  }
}

function classOf(row: Float32Array, labels: readonly string[]): ClassPrediction {
  let best = 0;
  for (let index = 1; index < row.length; index++) if (row[index] > row[best]) best = index;
  return { label: labels[best], confidence: row[best], probabilities: byLabel(row, labels) };
}

function labelsOf(row: Float32Array, labels: readonly string[]): LabelsPrediction {
  return { labels: labels.filter((_, index) => row[index] >= THRESHOLD), probabilities: byLabel(row, labels) };
}

function valuesOf(row: Float32Array, targets: readonly string[]): ValuesPrediction {
  return { values: byLabel(row, targets) };
}

function byLabel(row: Float32Array, labels: readonly string[]): Record<string, number> {
  return Object.fromEntries(labels.map((label, index) => [label, row[index]]));
}
