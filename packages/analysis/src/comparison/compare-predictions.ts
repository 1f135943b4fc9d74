/** Two models on the images that both were tested on: which is better, and whether that may be chance. */
import type { EvaluatedSamples, JobPair } from '@trainyard/contracts';
import { isPositive, type LabelledPredictions, predictedClasses } from '../evaluation/predictions.js';
import { accuracyDifference, mcnemar, pairOutcomes } from './mcnemar.js';
import { meanDifference } from './mean-difference.js';
import { sharedPlaces } from './shared-images.js';
import { wilcoxon } from './wilcoxon.js';

/** Predictions with what identifies the images that they are of. */
export interface ComparedPredictions extends LabelledPredictions, Pick<EvaluatedSamples, 'contents'> {}

/** A pair as the API shows it, but for its jobs and the correction for other pairs. */
export type PairComparison = Omit<JobPair, 'first' | 'second' | 'test'> & {
  test: Pick<JobPair['test'], 'method' | 'statistic' | 'p_value'>;
};

/** Or why they cannot be compared. */
export type ComparisonResult = PairComparison | { reason: string };

/**
 * Images are matched by their content, labels by their names; where the labels of an image differ it is left out. The
 * accuracies are compared by McNemar's test, other figures by Wilcoxon's signed-rank test of the errors of each image,
 * since these are seldom normal.
 */
export function comparePredictions(first: ComparedPredictions, second: ComparedPredictions): ComparisonResult {
  if (kindOf(first) !== kindOf(second)) return { reason: `one is ${first.task}, the other ${second.task}` };
  if (kindOf(first) !== 'classes' && !isSameSet(first.names, second.names)) {
    return { reason: 'their labels or targets are not the same' };
  }
  const places = sharedPlaces(first.contents, second.contents);
  if (places.length === 0) return { reason: 'no image is in the test sets of both' };
  const same = places.filter(([a, b]) => hasSameLabel(first, a, second, b));
  const relabelled = places.length - same.length;
  if (same.length === 0) return { reason: `all ${relabelled} images of both have different labels` };
  const counts = { images: same.length, relabelled };
  const pair = { first, second, places: same };
  return kindOf(first) === 'classes' ? compareAccuracy(pair, counts) : compareErrors(pair, counts);
}

interface Pair {
  first: ComparedPredictions;
  second: ComparedPredictions;
  places: readonly [number, number][];
}

type Counts = Pick<JobPair, 'images' | 'relabelled'>;

function kindOf({ task }: LabelledPredictions): 'classes' | 'labels' | 'targets' {
  if (task === 'multilabel') return 'labels';
  return task === 'regression' ? 'targets' : 'classes';
}

function compareAccuracy({ first, second, places }: Pair, counts: Counts): PairComparison {
  const rightOf = (rows: ComparedPredictions) => {
    const classes = predictedClasses(rows);
    return (place: number) => classes[place] === rows.labels[place];
  };
  const [firstRight, secondRight] = [rightOf(first), rightOf(second)];
  const outcomes = pairOutcomes(
    places.map(([place]) => firstRight(place)),
    places.map(([, place]) => secondRight(place)),
  );
  const { both, onlyFirst, onlySecond, neither } = outcomes;
  const { method, statistic, pValue } = mcnemar(outcomes);
  return {
    ...counts,
    figure: 'accuracy',
    values: [(both + onlyFirst) / counts.images, (both + onlySecond) / counts.images],
    difference: accuracyDifference(outcomes),
    outcomes: { both, only_first: onlyFirst, only_second: onlySecond, neither },
    test: { method, statistic, p_value: pValue },
  };
}

function compareErrors({ first, second, places }: Pair, counts: Counts): PairComparison {
  const kind = kindOf(first);
  const scales = kind === 'targets' && first.names.length > 1 ? deviations(first, places) : first.names.map(() => 1);
  const columns = second.names.map((name) => first.names.indexOf(name));
  const ownOrder = first.names.map((_, column) => column);
  const errorOf = kind === 'labels' ? wrongShare : scaledError;
  const a = places.map(([place]) => errorOf(first, place, ownOrder, scales));
  const b = places.map(([, place]) => errorOf(second, place, columns, scales));
  const differences = b.map((error, i) => error - a[i]);
  const { method, statistic, pValue } = wilcoxon(differences);
  const figure = kind === 'labels' ? 'hamming_loss' : first.names.length > 1 ? 'standardized_error' : 'absolute_error';
  return {
    ...counts,
    figure,
    values: [mean(a), mean(b)],
    difference: meanDifference(differences),
    outcomes: null,
    test: { method, statistic, p_value: pValue },
  };
}

/** The share of the labels of an image that are predicted wrongly. */
function wrongShare({ names, predictions, labels }: ComparedPredictions, row: number): number {
  const width = names.length;
  const wrong = names.filter((_, column) => {
    const place = row * width + column;
    return isPositive(predictions[place]) !== isPositive(labels[place]);
  });
  return wrong.length / width;
}

/** Mean of the absolute errors of the targets, each divided by its scale; `columns` says which scale each target has. */
function scaledError(
  { names, predictions, labels }: ComparedPredictions,
  row: number,
  columns: readonly number[],
  scales: readonly number[],
): number {
  const width = names.length;
  const errors = names.map((_, column) => {
    const place = row * width + column;
    return Math.abs(predictions[place] - labels[place]) / scales[columns[column]];
  });
  return mean(errors);
}

/** Of each target over the images that are compared; 1 where it is the same for all. */
function deviations({ names, labels }: ComparedPredictions, places: Pair['places']): number[] {
  return names.map((_, column) => {
    const values = places.map(([row]) => labels[row * names.length + column]);
    const middle = mean(values);
    return Math.sqrt(mean(values.map((value) => (value - middle) ** 2))) || 1;
  });
}

function hasSameLabel(first: ComparedPredictions, a: number, second: ComparedPredictions, b: number): boolean {
  if (kindOf(first) === 'classes') return first.names[first.labels[a]] === second.names[second.labels[b]];
  return first.names.every((name, column) => {
    const other = second.names.indexOf(name);
    return first.labels[a * first.names.length + column] === second.labels[b * second.names.length + other];
  });
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
