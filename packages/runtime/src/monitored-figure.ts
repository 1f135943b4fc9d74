/** The figure of an epoch that a training goes by. */
import type { EpochMetrics } from '@trainyard/contracts';

/**
 * Where there is no validation split, those of the train split stand for its own. Undefined where the epoch does not
 * have it.
 */
export function monitoredFigure(
  monitor: string,
  { train, validation }: Pick<EpochMetrics, 'train' | 'validation'>,
): number | undefined {
  const isOfValidation = monitor.startsWith('val_');
  const figures = isOfValidation ? (validation ?? train) : train;
  return figures[isOfValidation ? monitor.slice('val_'.length) : monitor];
}
