/** Zeros around a tensor: `before` and `after` count them for every axis. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';

export interface PadAttributes {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

export const padOp: OpDefinition<PadAttributes> = {
  type: 'Pad',
  infer: ([x], { before, after }) => [
    { dtype: x.dtype, shape: x.shape.map((side, axis) => side + before[axis] + after[axis]) },
  ],
  onnx: { constants: ({ before, after }) => [[...before, ...after]] },
};

export function pad(x: Value, before: readonly number[], after: readonly number[]): Value {
  return [...before, ...after].every((count) => count === 0) ? x : applyOp(padOp, [x], { before, after });
}
