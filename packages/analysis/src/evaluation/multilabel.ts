/** The figures of any number of labels for each image. */
import type { EvaluationResult } from '@trainyard/contracts';
import { averageScores, type ClassCount, sampleScores, scoresOf } from './class-scores.js';
import { curveSets } from './curve-sets.js';
import { meanShare, wilson } from './intervals.js';
import { isPositive, type LabelledPredictions } from './predictions.js';

export function multilabelFigures(rows: LabelledPredictions): Partial<EvaluationResult> {
  const { names, count } = rows;
  const width = names.length;
  const perLabel = names.map((_, place) => countOver(rows, place, count, width));
  const perImage = Array.from({ length: count }, (_, row) => countOver(rows, row * width, width, 1));
  const rightOf = ({ right, predicted, actual }: ClassCount) => width - (predicted - right) - (actual - right);
  const { roc, precisionRecall, areas } = curveSets(rows);
  return {
    accuracy: meanShare(perImage.map((image) => rightOf(image) / width)),
    subset_accuracy: wilson(perImage.filter((image) => rightOf(image) === width).length, count),
    per_class: perLabel.map((each, place) => ({
      name: names[place],
      ...scoresOf(each),
      support: each.actual,
      predicted: each.predicted,
      roc_auc: areas[place].roc,
      average_precision: areas[place].precisionRecall,
    })),
    averages: { ...averageScores(perLabel, true), samples: sampleScores(perImage) },
    label_counts: perLabel.map(({ right, predicted, actual }, place) => ({
      name: names[place],
      true_negative: count - predicted - actual + right,
      false_positive: predicted - right,
      false_negative: actual - right,
      true_positive: right,
    })),
    roc,
    precision_recall: precisionRecall,
  };
}

/** Counts `length` decisions from `first` on, each `step` behind the one before. */
function countOver({ predictions, labels }: LabelledPredictions, first: number, length: number, step: number) {
  const count = { right: 0, predicted: 0, actual: 0 };
  for (let i = first, left = length; left > 0; i += step, left--) {
    const isPredicted = isPositive(predictions[i]);
    const isActual = isPositive(labels[i]);
    if (isPredicted) count.predicted += 1;
    if (isActual) count.actual += 1;
    if (isPredicted && isActual) count.right += 1;
  }
  return count;
}
