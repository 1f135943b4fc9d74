/** Rows of a tensor by their numbers: x [R, ...], indices int32 [K] → [K, ...]. */
import type { OpDefinition, Value } from '../../graph/graph.js';

export interface GatherAttributes {
  readonly axis: 0;
}

export const gatherRowsOp: OpDefinition<GatherAttributes> = {
  type: 'Gather',
  infer: ([x, indices]) => [{ dtype: x.dtype, shape: [indices.shape[0], ...x.shape.slice(1)] }],
  onnx: { attributes: { axis: 'int' } },
};

/** @param indices int32 [K] */
export function gatherRows(x: Value, indices: Value): Value {
  return x.graph.apply(gatherRowsOp, [x, indices], { axis: 0 })[0];
}
