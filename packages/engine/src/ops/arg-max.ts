/** The place (int64) of the first maximum along one axis, which is dropped. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';

export interface ArgMaxAttributes {
  readonly axis: number;
  readonly keepdims: 0;
}

export const argMaxOp: OpDefinition<ArgMaxAttributes> = {
  type: 'ArgMax',
  infer: ([x], { axis }) => [{ dtype: 'int64', shape: x.shape.filter((_, i) => i !== axis) }],
  onnx: { attributes: { axis: 'int', keepdims: 'int' } },
};

export function argMax(x: Value, axis: number): Value {
  return applyOp(argMaxOp, [x], { axis, keepdims: 0 });
}
