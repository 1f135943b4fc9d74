/** What operations that reduce axes share: their attributes and shapes. */
import { normalizeAxes, type Shape, type TensorType } from '../graph/tensor-type.js';
import { requireFloat } from './elementwise.js';

export interface ReduceAttributes {
  readonly axes: readonly number[];
  /** 1 keeps the reduced axes with size 1, 0 drops them. */
  readonly keepdims: 0 | 1;
}

export function inferReduction(op: string, inputs: readonly TensorType[], attributes: ReduceAttributes): TensorType[] {
  requireFloat(op, inputs);
  const [{ dtype, shape }] = inputs;
  const axes = normalizeAxes(op, attributes.axes, shape.length);
  const kept = keptShape(op, shape, attributes);
  return [{ dtype, shape: attributes.keepdims ? kept : kept.filter((_, axis) => !axes.includes(axis)) }];
}

/** The shape with size 1 at the reduced axes. */
export function keptShape(op: string, shape: Shape, attributes: ReduceAttributes): Shape {
  const axes = normalizeAxes(op, attributes.axes, shape.length);
  return shape.map((side, axis) => (axes.includes(axis) ? 1 : side));
}
