/** The confusion matrix as a picture; of several labels for each image, how often each was right and wrong. */
import type { EvaluationResult } from '@trainyard/contracts';
import type { Chart } from '@trainyard/pictures';

/** Classes in one picture; of more those that are confused most. */
const CLASSES_MAX = 30;
/** Up to so many, images are counted; of more their shares are written, which are shorter. */
const COUNTED_MAX = 12;

export function confusionChart(result: EvaluationResult): Chart {
  if (result.label_counts) return labelsChart(result);
  const { names, confusion = [], accuracy } = result;
  const shown = mostConfusedClasses(confusion);
  const rows = shown.map((row) => shown.map((column) => confusion[row][column]));
  const totals = shown.map((row) => confusion[row].reduce((sum, count) => sum + count, 0));
  const isCounted = shown.length <= COUNTED_MAX;
  const right = accuracy
    ? `accuracy ${percent(accuracy.value)} (${percent(accuracy.low)} to ${percent(accuracy.high)})`
    : '';
  const isPart = shown.length < names.length;
  const what = isPart ? `The ${shown.length} most confused of ${names.length} classes` : 'Confusion matrix';
  return {
    type: 'heatmap',
    title: `${what}, ${result.count} images: ${right}`,
    rows: shown.map((place) => names[place]),
    columns: shown.map((place) => names[place]),
    values: isCounted ? rows : rows.map((row, place) => row.map((count) => count / (totals[place] || 1))),
    xLabel: 'predicted',
    yLabel: 'label',
    format: isCounted ? 'integer' : 'percent',
  };
}

function mostConfusedClasses(confusion: readonly (readonly number[])[]): number[] {
  const places = confusion.map((_, place) => place);
  if (places.length <= CLASSES_MAX) return places;
  const wrong = new Array<number>(places.length).fill(0);
  for (const [label, row] of confusion.entries()) {
    for (const [predicted, count] of row.entries()) {
      if (label === predicted) continue;
      wrong[label] += count;
      wrong[predicted] += count;
    }
  }
  const worst = places.sort((a, b) => wrong[b] - wrong[a]).slice(0, CLASSES_MAX);
  return worst.sort((a, b) => a - b);
}

function labelsChart({ label_counts: labels = [], subset_accuracy, count }: EvaluationResult): Chart {
  const shown = [...labels]
    .sort((a, b) => b.false_positive + b.false_negative - a.false_positive - a.false_negative)
    .slice(0, CLASSES_MAX);
  const all = subset_accuracy ? `: all labels right on ${percent(subset_accuracy.value)}` : '';
  return {
    type: 'heatmap',
    title: `Labels on ${count} images${all}`,
    rows: shown.map(({ name }) => name),
    columns: ['true positive', 'false negative', 'false positive', 'true negative'],
    values: shown.map((label) => [
      label.true_positive,
      label.false_negative,
      label.false_positive,
      label.true_negative,
    ]),
    xLabel: 'images',
    yLabel: 'label',
    format: 'integer',
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
