/** The figures of an epoch under Keras' names: `loss`, `accuracy`, `val_loss`, `val_accuracy`. */
import type { MetricValues } from '@trainyard/contracts';

export function flatMetrics(row: { train: MetricValues; validation: MetricValues | null }): MetricValues {
  const validation = Object.entries(row.validation ?? {}).map(([name, value]) => [`val_${name}`, value]);
  return { ...row.train, ...Object.fromEntries(validation) };
}
