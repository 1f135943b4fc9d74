/** The figures of one class for each image, of two classes or of several. */
import type { EvaluationResult } from '@trainyard/contracts';
import { averageScores, balancedAccuracy, scoresOf } from './class-scores.js';
import { cohenKappa, confusionMatrix, countsOf, matthewsCorrelation, mostConfused } from './confusion.js';
import { curveSets } from './curve-sets.js';
import { wilson } from './intervals.js';
import { type LabelledPredictions, predictedClasses } from './predictions.js';
import { topK } from './top-k.js';

const CONFUSED_MAX = 20;

export function classificationFigures(rows: LabelledPredictions): Partial<EvaluationResult> {
  const { names, labels, count } = rows;
  const matrix = confusionMatrix(labels.subarray(0, count), predictedClasses(rows), names.length);
  const counts = countsOf(matrix);
  const { roc, precisionRecall, areas } = curveSets(rows);
  const right = counts.reduce((sum, each) => sum + each.right, 0);
  return {
    accuracy: wilson(right, count),
    balanced_accuracy: balancedAccuracy(counts),
    matthews_correlation: matthewsCorrelation(counts),
    cohen_kappa: count === 0 ? null : cohenKappa(counts),
    ...(rows.task === 'binary' ? {} : { top_k: topK(rows) }),
    per_class: counts.map((each, place) => ({
      name: names[place],
      ...scoresOf(each),
      support: each.actual,
      predicted: each.predicted,
      roc_auc: areas[place].roc,
      average_precision: areas[place].precisionRecall,
    })),
    averages: averageScores(counts, false),
    confusion: matrix,
    most_confused: mostConfused(matrix, names, CONFUSED_MAX),
    roc,
    precision_recall: precisionRecall,
  };
}
