/** What a specification leaves to the data set that it is trained on. */
import type { ModelSpec } from '@trainyard/engine';

/** Whether it has as many outputs as the data set has classes. */
export function takesClasses({ layers }: ModelSpec): boolean {
  return layers.some(({ units }) => units === 'classes');
}

/** Whether a layer of its own takes the mean and deviation of the data set's pixels. */
export function takesStatistics({ layers }: ModelSpec): boolean {
  return layers.some(
    ({ type, mean, variance }) => type === 'normalization' && mean === undefined && variance === undefined,
  );
}
