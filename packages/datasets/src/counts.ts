/** How many images there are, by split and class. */
import { type DatasetCounts, type DatasetSample, SPLITS, type Split } from '@trainyard/contracts';

export function countSamples(samples: readonly DatasetSample[], classes: readonly string[]): DatasetCounts {
  const counts: Record<Split, number[]> = {
    train: new Array(classes.length).fill(0),
    validation: new Array(classes.length).fill(0),
    test: new Array(classes.length).fill(0),
  };
  for (const sample of samples) counts[sample.split][sample.class]++;
  const [train, validation, test] = SPLITS.map((split) => ({
    total: counts[split].reduce((sum, count) => sum + count, 0),
    // Not by assignment: a class may be called __proto__.
    classes: Object.fromEntries(classes.map((name, index) => [name, counts[split][index]])),
  }));
  return { total: samples.length, train, validation, test };
}
