/** Precision, recall and F1 of each class or label, and their means, as scikit-learn has them with `zero_division=0`. */
import type { Averages, Scores } from '@trainyard/contracts';
import { meanOf, ratio } from './predictions.js';

/** What was counted of one class or label. */
export interface ClassCount {
  /** Rows of it that were predicted as it. */
  readonly right: number;
  readonly predicted: number;
  readonly actual: number;
}

/** right / predicted, right / actual, and 2 · right / (predicted + actual); 0 where that is 0 / 0. */
export function scoresOf({ right, predicted, actual }: ClassCount): Scores {
  return {
    precision: ratio(right, predicted),
    recall: ratio(right, actual),
    f1: ratio(2 * right, predicted + actual),
  };
}

/**
 * The means over the classes that occur among the labels or the predictions, which are those that scikit-learn sees; over
 * all labels where there are several for each image.
 */
export function averageScores(counts: readonly ClassCount[], isMultilabel: boolean): Pick<Averages, AverageName> {
  const seen = isMultilabel ? counts : counts.filter(({ predicted, actual }) => predicted + actual > 0);
  const scores = seen.map(scoresOf);
  return {
    macro: meanScores(
      scores,
      scores.map(() => 1),
    ),
    weighted: meanScores(
      scores,
      seen.map(({ actual }) => actual),
    ),
    micro: scoresOf({
      right: sumOf(seen, 'right'),
      predicted: sumOf(seen, 'predicted'),
      actual: sumOf(seen, 'actual'),
    }),
  };
}

type AverageName = 'macro' | 'weighted' | 'micro';

/** The mean of the scores of each image, over its labels. */
export function sampleScores(rows: readonly ClassCount[]): Scores {
  const scores = rows.map(scoresOf);
  return meanScores(
    scores,
    scores.map(() => 1),
  );
}

function meanScores(scores: readonly Scores[], weights: readonly number[]): Scores {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = (name: keyof Scores) =>
    ratio(
      scores.reduce((sum, score, place) => sum + score[name] * weights[place], 0),
      total,
    );
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') };
}

function sumOf(counts: readonly ClassCount[], name: keyof ClassCount): number {
  return counts.reduce((sum, count) => sum + count[name], 0);
}

/** The mean of the recalls of the classes that have images; null where none has. */
export function balancedAccuracy(counts: readonly ClassCount[]): number | null {
  const recalls = counts.filter(({ actual }) => actual > 0).map((count) => scoresOf(count).recall);
  return recalls.length === 0 ? null : meanOf(recalls);
}
