/** Sums over axes; the gradient is dy at every summed place (the driver stretches it). */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferReduction, keptShape, type ReduceAttributes } from './reduction.js';
import { reshape } from './reshape.js';

export const reduceSumOp: OpDefinition<ReduceAttributes> = {
  type: 'ReduceSum',
  infer: (inputs, attributes) => inferReduction('ReduceSum', inputs, attributes),
  gradient: ({ inputs: [x], gradients: [dy], attributes }) => [
    dy && reshape(dy, keptShape('ReduceSum', x.shape, attributes)),
  ],
  onnx: { attributes: { keepdims: 'int' }, constants: ({ axes }) => [axes] },
};

export function reduceSum(x: Value, axes: readonly number[], keepdims: 0 | 1 = 0): Value {
  return axes.length === 0 ? x : applyOp(reduceSumOp, [x], { axes, keepdims });
}
