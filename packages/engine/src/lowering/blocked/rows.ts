/** Rows of b floats, by number: how blocked tensors are taken apart and put together. */
import type { Value } from '../../graph/graph.js';
import { sizeOf } from '../../graph/tensor-type.js';
import { gatherRows } from '../../ops/blocked/gather-rows.js';
import { reshape } from '../../ops/reshape.js';
import type { BlockedContext } from './rule.js';

/** `indices` is called once for each key. Rows in their own order are not moved. */
export function takeRows(
  x: Value,
  rowSize: number,
  { key, indices, context }: { key: string; indices: () => Int32Array; context: BlockedContext },
): Value {
  const rows = reshape(x, [sizeOf(x.shape) / rowSize, rowSize]);
  const chosen = context.constant(`rows ${key}`, () => {
    const all = indices();
    return context.target.constant('int32', [all.length], all);
  });
  const all = chosen.constant instanceof Int32Array ? chosen.constant : new Int32Array();
  return all.length === rows.shape[0] && all.every((row, place) => row === place) ? rows : gatherRows(rows, chosen);
}
