/** Sums over axes; the gradient is dy at every summed place (the driver stretches it). */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { normalizeAxes } from '../graph/tensor-type.js';
import { requireFloat } from './elementwise.js';
import { reshape } from './reshape.js';

export interface ReduceAttributes {
  readonly axes: readonly number[];
  /** 1 keeps the summed axes with size 1, 0 drops them. */
  readonly keepdims: 0 | 1;
}

export const reduceSumOp: OpDefinition<ReduceAttributes> = {
  type: 'ReduceSum',
  infer(inputs, attributes) {
    requireFloat('ReduceSum', inputs);
    const [x] = inputs;
    const axes = normalizeAxes('ReduceSum', attributes.axes, x.shape.length);
    const kept = x.shape.map((side, axis) => (axes.includes(axis) ? 1 : side));
    const shape = attributes.keepdims ? kept : x.shape.filter((_, axis) => !axes.includes(axis));
    return [{ dtype: x.dtype, shape }];
  },
  gradient({ inputs: [x], gradients: [dy], attributes }) {
    const axes = normalizeAxes('ReduceSum', attributes.axes, x.shape.length);
    const kept = x.shape.map((side, axis) => (axes.includes(axis) ? 1 : side));
    return [dy && reshape(dy, kept)];
  },
  onnx: { attributes: { keepdims: 'int' }, constants: ({ axes }) => [axes] },
};

export function reduceSum(x: Value, axes: readonly number[], keepdims: 0 | 1 = 0): Value {
  return axes.length === 0 ? x : applyOp(reduceSumOp, [x], { axes, keepdims });
}
