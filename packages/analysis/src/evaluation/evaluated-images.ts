/** Images of an evaluation as its lists show them. */
import type { EvaluatedImage, LabelErrors } from '@trainyard/contracts';
import { suspectedLabels } from './label-errors.js';
import { findMistakes } from './mistakes.js';
import { isPositive, type LabelledPredictions, predictedClasses } from './predictions.js';

/** Images of each list. */
export const IMAGES_MAX = 50;
const PAIRS_MAX = 20;

/** @param fileOf the name of the image of a row */
export function worstMistakes(
  rows: LabelledPredictions,
  fileOf: (row: number) => string,
): { count: number; images: EvaluatedImage[] } {
  const found = findMistakes(rows);
  const describe = describer(rows, fileOf);
  return { count: found.length, images: found.slice(0, IMAGES_MAX).map(({ row, score }) => describe(row, score)) };
}

export function labelErrors(rows: LabelledPredictions, fileOf: (row: number) => string): LabelErrors {
  const found = suspectedLabels(rows);
  const describe = describer(rows, fileOf);
  const suggest = (row: number, suggested: number) => {
    if (rows.task === 'multilabel') return {};
    return {
      predicted: rows.names[suggested],
      predicted_probability: rows.predictions[row * rows.names.length + suggested],
    };
  };
  return {
    method: 'confident_learning',
    count: found.length,
    pairs: pairsOf(rows, found),
    images: found
      .slice(0, IMAGES_MAX)
      .map(({ row, suggested, margin }) => ({ ...describe(row, margin), ...suggest(row, suggested) })),
  };
}

function pairsOf(
  { names, task }: LabelledPredictions,
  found: ReturnType<typeof suspectedLabels>,
): LabelErrors['pairs'] {
  const counts = new Map<string, { label: string; suggested: string; count: number }>();
  for (const { label, suggested } of found) {
    const key = `${label} ${suggested}`;
    const pair = counts.get(key) ?? { label: names[label], suggested: names[suggested], count: 0 };
    counts.set(key, { ...pair, count: pair.count + 1 });
  }
  const pairs = [...counts.values()].sort((a, b) => b.count - a.count).slice(0, PAIRS_MAX);
  return task === 'multilabel' ? pairs.map((pair) => ({ ...pair, suggested: `${pair.label} or not` })) : pairs;
}

type Describe = (row: number, score: number) => EvaluatedImage;

function describer(rows: LabelledPredictions, fileOf: (row: number) => string): Describe {
  const { task, names, predictions, labels } = rows;
  const width = names.length;
  const numbersOf = (values: ArrayLike<number>, row: number) =>
    Object.fromEntries(names.map((name, place) => [name, values[row * width + place]]));
  const namesOf = (values: ArrayLike<number>, row: number) =>
    names.filter((_, place) => isPositive(values[row * width + place]));
  const classes = task === 'multiclass' || task === 'binary' ? predictedClasses(rows) : null;
  return (row, score) => {
    const image = { index: row, file: fileOf(row), score };
    if (classes !== null) {
      return {
        ...image,
        label: names[labels[row]],
        predicted: names[classes[row]],
        label_probability: predictions[row * width + labels[row]],
        predicted_probability: predictions[row * width + classes[row]],
      };
    }
    if (task === 'regression') {
      return { ...image, values: numbersOf(labels, row), predicted_values: numbersOf(predictions, row) };
    }
    return { ...image, labels: namesOf(labels, row), predicted_labels: namesOf(predictions, row) };
  };
}
