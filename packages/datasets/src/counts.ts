/** How many images there are, by split and class. */
import { type DatasetCounts, type DatasetSample, SPLITS, type Split } from '@trainyard/contracts';

/** An image of several labels counts for each of them; of a regression, which has no classes, only the totals count. */
export function countSamples(
  samples: readonly Pick<DatasetSample, 'label' | 'split'>[],
  classes: readonly string[],
): DatasetCounts {
  const counts: Record<Split, { total: number; classes: number[] }> = {
    train: { total: 0, classes: classes.map(() => 0) },
    validation: { total: 0, classes: classes.map(() => 0) },
    test: { total: 0, classes: classes.map(() => 0) },
  };
  for (const { label, split } of samples) {
    counts[split].total++;
    if (classes.length > 0) for (const index of [label].flat()) counts[split].classes[index]++;
  }
  const [train, validation, test] = SPLITS.map((split) => ({
    total: counts[split].total,
    // Not by assignment: a class may be called __proto__.
    classes: Object.fromEntries(classes.map((name, index) => [name, counts[split].classes[index]])),
  }));
  return { total: samples.length, train, validation, test };
}
