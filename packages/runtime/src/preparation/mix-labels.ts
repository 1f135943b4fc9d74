/** Labels of rows that are made of two images. */
import type { MixedRows } from '@trainyard/engine';
import type { BatchBuffer } from './batches.js';

/**
 * Gives each row of `buffer` the label of the greater part of its image, which is what metrics take it for, and that of the lesser part
 * beside it. Rows that only fill up keep theirs.
 */
export function mixLabels({ labels, weights, mixture, rows }: BatchBuffer, { partners, shares }: MixedRows): void {
  if (mixture === null) return;
  const width = labels.length / weights.length;
  const batchSize = weights.length / rows.length;
  const own = labels.slice();
  mixture.otherLabels.fill(0);
  mixture.shares.fill(1);
  for (let row = 0; row < shares.length; row++) {
    const partner = row - (row % batchSize) + partners[row];
    const [greater, lesser] = shares[row] >= 0.5 ? [row, partner] : [partner, row];
    for (let i = 0; i < width; i++) {
      labels[row * width + i] = own[greater * width + i];
      mixture.otherLabels[row * width + i] = own[lesser * width + i];
    }
    mixture.shares[row] = Math.max(shares[row], 1 - shares[row]);
  }
}
