/** What a model gave for the instances of a request, as the predictions of the contract. */
import type {
  ClassPrediction,
  LabelsPrediction,
  Predictions,
  PredictionTask,
  ValuesPrediction,
} from '@trainyard/contracts';
import { type AnswerForm, chosenClass, chosenLabels } from '../endpoints/answer-form.js';

interface Rows {
  task: PredictionTask;
  /** A row for each instance, in the order of the classes, labels or targets. */
  outputs: Float32Array;
}

/** @param topK how many of the most probable are named; none where it is null */
export function toPredictions({ task, outputs }: Rows, form: AnswerForm, topK: number | null): Predictions {
  const width = form.labels.length;
  const rows = Array.from({ length: outputs.length / width }, (_, row) =>
    outputs.subarray(row * width, (row + 1) * width),
  );
  switch (task) {
    case 'multilabel':
      return { task, predictions: rows.map((row) => ({ ...labelsOf(row, form), ...topOf(row, form, topK) })) };
    case 'regression':
      return { task, predictions: rows.map((row) => valuesOf(row, form)) };
    default:
      return { task, predictions: rows.map((row) => ({ ...classOf(row, task, form), ...topOf(row, form, topK) })) };
  }
}

function classOf(row: Float32Array, task: PredictionTask, form: AnswerForm): ClassPrediction {
  const chosen = chosenClass(row, task, form);
  return { label: form.labels[chosen], confidence: row[chosen], probabilities: byLabel(row, form) };
}

function labelsOf(row: Float32Array, form: AnswerForm): LabelsPrediction {
  return { labels: chosenLabels(row, form).map((index) => form.labels[index]), probabilities: byLabel(row, form) };
}

function valuesOf(row: Float32Array, form: AnswerForm): ValuesPrediction {
  return { values: byLabel(row, form) };
}

/** Equal probabilities come in the order of the classes. */
function topOf(row: Float32Array, { labels }: AnswerForm, topK: number | null): Pick<ClassPrediction, 'top'> {
  if (topK === null) return {};
  const order = Array.from(row.keys()).sort((a, b) => row[b] - row[a] || a - b);
  return { top: order.slice(0, topK).map((index) => ({ label: labels[index], probability: row[index] })) };
}

function byLabel(row: Float32Array, { labels }: AnswerForm): Record<string, number> {
  return Object.fromEntries(labels.map((label, index) => [label, row[index]]));
}
