/** Converts the element type. Differentiable between floating-point types. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import type { DType } from '../graph/tensor-type.js';

export interface CastAttributes {
  readonly to: DType;
}

export const castOp: OpDefinition<CastAttributes> = {
  type: 'Cast',
  infer: ([x], { to }) => [{ dtype: to, shape: x.shape }],
  gradient: ({ inputs: [x], gradients: [dy] }) => [dy && (x.dtype.startsWith('float') ? cast(dy, x.dtype) : null)],
  onnx: { attributes: { to: 'dtype' } },
};

export function cast(x: Value, to: DType): Value {
  return x.dtype === to ? x : applyOp(castOp, [x], { to });
}
