/** Type rules that elementwise operations share. */
import type { Value } from '../graph/graph.js';
import { broadcastShapes, type DType, ShapeError, type TensorType } from '../graph/tensor-type.js';

export interface NoAttributes extends Record<never, never> {}

/** One input, an output of the same type. */
export function inferUnary(op: string, inputs: readonly TensorType[]): TensorType[] {
  requireFloat(op, inputs);
  return [{ dtype: inputs[0].dtype, shape: inputs[0].shape }];
}

/** Two inputs of one type, broadcast; `dtype` is the output's where it differs. */
export function inferBinary(op: string, inputs: readonly TensorType[], dtype?: DType): TensorType[] {
  const [a, b] = inputs;
  requireSameType(op, a, b);
  return [{ dtype: dtype ?? a.dtype, shape: broadcastShapes(op, a.shape, b.shape) }];
}

export function requireSameType(op: string, a: TensorType, b: TensorType): void {
  if (a.dtype !== b.dtype) throw new ShapeError(op, 'inputs of one type', `${a.dtype} and ${b.dtype}`);
}

export function requireFloat(op: string, inputs: readonly TensorType[]): void {
  for (const { dtype } of inputs) {
    if (!dtype.startsWith('float')) throw new ShapeError(op, 'floating-point inputs', dtype);
  }
}

/** A scalar constant of a value's own floating-point type. */
export function scalarLike({ graph, dtype }: Value, number: number): Value {
  return graph.scalar(number, dtype === 'float64' ? 'float64' : 'float32');
}
