/** Mean and standard deviation of each target of a regression. */
import type { DatasetStats, SampleLabel } from '@trainyard/contracts';

/** In two passes, so that nothing cancels out where the mean is large. Throws a `RangeError` for no images. */
export function targetStats(labels: readonly SampleLabel[]): Required<DatasetStats>['targets'] {
  if (labels.length === 0) throw new RangeError('there are no targets');
  const rows = labels.map((label) => [label].flat());
  const average = (numberIn: (row: readonly number[], place: number) => number) =>
    rows[0].map((_, place) => rows.reduce((sum, row) => sum + numberIn(row, place) / rows.length, 0));
  const mean = average((row, place) => row[place]);
  const variance = average((row, place) => (row[place] - mean[place]) ** 2);
  return { mean, std: variance.map(Math.sqrt) };
}
