/** The mean over axes; the gradient is dy / count at every place (the driver stretches it). */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { sizeOf } from '../graph/tensor-type.js';
import { scalarLike } from './elementwise.js';
import { mul } from './mul.js';
import { inferReduction, keptShape, type ReduceAttributes } from './reduction.js';
import { reshape } from './reshape.js';

export const reduceMeanOp: OpDefinition<ReduceAttributes> = {
  type: 'ReduceMean',
  infer: (inputs, attributes) => inferReduction('ReduceMean', inputs, attributes),
  gradient({ inputs: [x], outputs: [y], gradients: [dy], attributes }) {
    const share = sizeOf(y.shape) / sizeOf(x.shape);
    return [dy && mul(reshape(dy, keptShape('ReduceMean', x.shape, attributes)), scalarLike(dy, share))];
  },
  onnx: {
    attributes: { axes: 'ints', keepdims: 'int' },
    newer: { from: 18, form: { attributes: { keepdims: 'int' }, constants: ({ axes }) => [axes] } },
  },
};

export function reduceMean(x: Value, axes: readonly number[], keepdims: 0 | 1 = 0): Value {
  return axes.length === 0 ? x : applyOp(reduceMeanOp, [x], { axes, keepdims });
}
