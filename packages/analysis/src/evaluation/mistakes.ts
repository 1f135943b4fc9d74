/** The images that a model is most wrong about. */
import { logLosses } from './calibration.js';
import { isPositive, type LabelledPredictions, predictedClasses } from './predictions.js';

export interface Mistake {
  row: number;
  /** What they are in order of. */
  score: number;
}

/**
 * Images with a wrong class, or any wrong label, by their log loss; of a regression all of them, by the root of the mean
 * squared error over the targets, each in standard deviations of that target. Worst first.
 */
export function findMistakes(rows: LabelledPredictions): Mistake[] {
  const scores = rows.task === 'regression' ? relativeErrors(rows) : logLosses(rows);
  const isWrong = wrongRows(rows);
  return Array.from(scores, (score, row) => ({ score, row }))
    .filter(({ row }) => isWrong(row))
    .sort((a, b) => b.score - a.score || a.row - b.row);
}

function wrongRows(rows: LabelledPredictions): (row: number) => boolean {
  const { task, predictions, labels, names } = rows;
  const width = names.length;
  if (task === 'regression') return () => true;
  if (task === 'multilabel') {
    const isWrong = (i: number) => isPositive(predictions[i]) !== isPositive(labels[i]);
    return (row) => names.some((_, place) => isWrong(row * width + place));
  }
  const predicted = predictedClasses(rows);
  return (row) => predicted[row] !== labels[row];
}

function relativeErrors({ predictions, labels, names, count }: LabelledPredictions): Float64Array {
  const width = names.length;
  const scales = names.map((_, place) => deviation(labels, place, width, count));
  return Float64Array.from({ length: count }, (_, row) => {
    let sum = 0;
    scales.forEach((scale, place) => {
      sum += ((labels[row * width + place] - predictions[row * width + place]) / scale) ** 2;
    });
    return Math.sqrt(sum / width);
  });
}

/** 1 where a target never varies. */
function deviation(labels: LabelledPredictions['labels'], place: number, width: number, count: number): number {
  let [sum, squares] = [0, 0];
  for (let row = 0; row < count; row++) sum += labels[row * width + place];
  const mean = sum / count;
  for (let row = 0; row < count; row++) squares += (labels[row * width + place] - mean) ** 2;
  return Math.sqrt(squares / count) || 1;
}
