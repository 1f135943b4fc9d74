/** Images put together from those of their phases: the pixels whose row and column leave the same remainders. */
import type { Value } from '../../graph/graph.js';
import { sizeOf } from '../../graph/tensor-type.js';
import { concat } from '../../ops/concat.js';
import { reshape } from '../../ops/reshape.js';

/** @param phases row by row, blocked [N, C, H, W] each; the result is [N, C, rows · H, columns · W] */
export function sideBySide(
  phases: readonly Value[],
  { rows, columns, block }: { rows: number; columns: number; block: number },
): Value {
  const [batch, channels, height, width] = phases[0].shape;
  const pixels = sizeOf(phases[0].shape) / block;
  const lines = Array.from({ length: rows }, (_, row) => {
    const line = phases.slice(row * columns, (row + 1) * columns).map((phase) => reshape(phase, [pixels, block]));
    return reshape(joined(line), [pixels / width, width * columns * block]);
  });
  return reshape(joined(lines), [batch, channels, height * rows, width * columns]);
}

function joined(parts: readonly Value[]): Value {
  return parts.length === 1 ? parts[0] : concat(parts, 1);
}
