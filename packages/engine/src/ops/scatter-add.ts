/** Data [M] with the updates added at the given places: inputs (data, int64 indices [K], updates [K]). */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';

export interface ScatterAttributes {
  readonly axis: number;
  readonly reduction: 'add';
}

export const scatterAddOp: OpDefinition<ScatterAttributes> = {
  type: 'ScatterElements',
  infer: ([data]) => [{ dtype: data.dtype, shape: data.shape }],
  onnx: { attributes: { axis: 'int', reduction: 'string' } },
};

export function scatterAdd(data: Value, indices: Value, updates: Value): Value {
  return applyOp(scatterAddOp, [data, indices, updates], { axis: 0, reduction: 'add' });
}
