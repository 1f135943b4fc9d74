/** Whether probabilities mean what they say: reliability curve, calibration error, log loss and Brier score. */
import type { Calibration, ReliabilityBin } from '@trainyard/contracts';
import { columnOf, type LabelledPredictions, meanOf, membershipOf, predictedClasses, ratio } from './predictions.js';

export const CALIBRATION_BINS = 15;

/** Null where there is nothing to calibrate, or nothing to do it with. */
export function calibrationOf(rows: LabelledPredictions): Calibration | null {
  if (rows.task === 'regression' || rows.count === 0) return null;
  const { of, confidences, right } = confidencesOf(rows);
  const bins = reliability(confidences, right, CALIBRATION_BINS);
  const gaps = bins.map(({ confidence, accuracy }) => Math.abs(accuracy - confidence));
  return {
    of,
    ece: bins.reduce((sum, { count }, bin) => sum + (count / confidences.length) * gaps[bin], 0),
    mce: Math.max(...gaps),
    log_loss: logLoss(rows),
    brier_score: brierScore(rows),
    bins,
  };
}

/**
 * Bins of one width, each with its upper edge; for each that is not empty the mean of the confidences and how often they
 * were right (C. Guo et al., On Calibration of Modern Neural Networks, 2017; scikit-learn's `calibration_curve`).
 */
export function reliability(confidences: Float64Array, right: Uint8Array, bins: number): ReliabilityBin[] {
  const counts = new Float64Array(bins);
  const sums = new Float64Array(bins);
  const hits = new Float64Array(bins);
  confidences.forEach((confidence, row) => {
    let bin = 0;
    while (bin < bins - 1 && confidence > (bin + 1) * (1 / bins)) bin += 1;
    counts[bin] += 1;
    sums[bin] += confidence;
    hits[bin] += right[row];
  });
  return Array.from(counts, (count, bin) => ({
    low: bin / bins,
    high: (bin + 1) / bins,
    count,
    confidence: ratio(sums[bin], count),
    accuracy: ratio(hits[bin], count),
  })).filter(({ count }) => count > 0);
}

interface Confidences {
  of: Calibration['of'];
  confidences: Float64Array;
  right: Uint8Array;
}

function confidencesOf(rows: LabelledPredictions): Confidences {
  const { task, predictions, labels, names, count } = rows;
  const width = names.length;
  if (task === 'binary') {
    return { of: 'positive_class', confidences: columnOf(rows, 1), right: membershipOf(rows, 1) };
  }
  if (task === 'multilabel') {
    const right = Uint8Array.from({ length: count * width }, (_, i) => (labels[i] > 0.5 ? 1 : 0));
    return { of: 'labels', confidences: Float64Array.from(predictions.subarray(0, count * width)), right };
  }
  const classes = predictedClasses(rows);
  return {
    of: 'top_class',
    confidences: Float64Array.from(classes, (best, row) => predictions[row * width + best]),
    right: Uint8Array.from(classes, (best, row) => (best === labels[row] ? 1 : 0)),
  };
}

/** Probabilities are kept this far from 0 and 1, as in scikit-learn. */
const EPSILON = Number.EPSILON;

/** −log of the probability of what is so, of each image: of its class, or the mean over its labels. */
export function logLosses(rows: LabelledPredictions): Float64Array {
  const { task, predictions, labels, names, count } = rows;
  const width = names.length;
  return Float64Array.from({ length: count }, (_, row) => {
    if (task !== 'multilabel') return surprise(predictions[row * width + labels[row]]);
    let sum = 0;
    for (let i = row * width; i < (row + 1) * width; i++) {
      sum += surprise(labels[i] > 0.5 ? predictions[i] : 1 - predictions[i]);
    }
    return sum / width;
  });
}

function surprise(probability: number): number {
  return -Math.log(Math.min(1 - EPSILON, Math.max(EPSILON, probability)));
}

/** The mean of the above: scikit-learn's `log_loss`; of labels the mean of theirs. */
export function logLoss(rows: LabelledPredictions): number {
  return meanOf(logLosses(rows));
}

/** The mean squared distance of the probabilities from 0 and 1: summed over classes; of class 1 where binary; the mean of labels. */
export function brierScore(rows: LabelledPredictions): number {
  const { task, predictions, labels, names, count } = rows;
  const width = names.length;
  let sum = 0;
  for (let row = 0; row < count; row++) {
    for (let place = task === 'binary' ? 1 : 0; place < width; place++) {
      const i = row * width + place;
      const actual = task === 'multilabel' ? labels[i] : labels[row] === place ? 1 : 0;
      sum += (predictions[i] - actual) ** 2;
    }
  }
  return ratio(sum, task === 'multilabel' ? count * width : count);
}
