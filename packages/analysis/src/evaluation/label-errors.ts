/**
 * Labels that are probably wrong, by confident learning (C. G. Northcutt, L. Jiang, I. L. Chuang, Confident Learning:
 * Estimating Uncertainty in Dataset Labels, JAIR 70, 2021). It takes predictions of a model that has not been trained on
 * the images; on those of the train split it finds less.
 */
import { columnOf, type LabelledPredictions, membershipOf, ratio } from './predictions.js';

export interface SuspectedLabel {
  row: number;
  /** The class that the image has, or the label that is in question. */
  label: number;
  /** The class that it seems to be; the label itself where there are several for each image. */
  suggested: number;
  /** Probability of the suggestion less that of what is given; the greater, the more suspect. */
  margin: number;
}

/** The most suspect first. A class without images is never suggested. */
export function suspectedLabels(rows: LabelledPredictions): SuspectedLabel[] {
  if (rows.task === 'regression') return [];
  const found = rows.task === 'multilabel' ? labelsInQuestion(rows) : classesInQuestion(rows);
  return found.sort((a, b) => b.margin - a.margin || a.row - b.row);
}

/**
 * The off-diagonal of the confident joint: images whose probability of another class is at least what that class has on
 * average where it is given; of several such classes the most probable one counts.
 */
function classesInQuestion(rows: LabelledPredictions): SuspectedLabel[] {
  const { predictions, labels, names, count } = rows;
  const width = names.length;
  const least = selfConfidences(rows);
  return Array.from({ length: count }, (_, row): SuspectedLabel => {
    const label = labels[row];
    const suggested = mostConfident(predictions, row * width, least) ?? label;
    const margin = predictions[row * width + suggested] - predictions[row * width + label];
    return { row, label, suggested, margin };
  }).filter(({ label, suggested }) => label !== suggested);
}

/** The mean probability of each class over the images that have it; nothing reaches that of a class without images. */
function selfConfidences({ predictions, labels, names, count }: LabelledPredictions): Float64Array {
  const sums = new Float64Array(names.length);
  const counts = new Float64Array(names.length);
  for (let row = 0; row < count; row++) {
    sums[labels[row]] += predictions[row * names.length + labels[row]];
    counts[labels[row]] += 1;
  }
  return sums.map((sum, place) => (counts[place] === 0 ? Number.POSITIVE_INFINITY : sum / counts[place]));
}

function mostConfident(predictions: LabelledPredictions['predictions'], first: number, least: Float64Array) {
  let best: number | null = null;
  for (let place = 0; place < least.length; place++) {
    if (predictions[first + place] < least[place]) continue;
    if (best === null || predictions[first + place] > predictions[first + best]) best = place;
  }
  return best;
}

/** Each label for itself, as a choice between having it and not. */
function labelsInQuestion(rows: LabelledPredictions): SuspectedLabel[] {
  return rows.names.flatMap((_, label) => {
    const has = columnOf(rows, label);
    const given = membershipOf(rows, label);
    const positives = given.reduce((sum, is) => sum + is, 0);
    if (positives === 0 || positives === rows.count) return [];
    const least = {
      present: ratio(
        has.reduce((sum, share, row) => sum + (given[row] ? share : 0), 0),
        positives,
      ),
      absent: ratio(
        has.reduce((sum, share, row) => sum + (given[row] ? 0 : 1 - share), 0),
        rows.count - positives,
      ),
    };
    const isSuspect = (share: number, row: number): boolean => {
      if (given[row]) return 1 - share >= least.absent && (share < least.present || 1 - share > share);
      return share >= least.present && (1 - share < least.absent || share > 1 - share);
    };
    return Array.from(has, (share, row) => ({ share, row }))
      .filter(({ share, row }) => isSuspect(share, row))
      .map(({ share, row }) => ({ row, label, suggested: label, margin: given[row] ? 1 - 2 * share : 2 * share - 1 }));
  });
}
