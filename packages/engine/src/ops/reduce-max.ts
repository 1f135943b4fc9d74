/**
 * The largest value over axes. Where several places hold it, each takes an equal share of dy, as TensorFlow's reduce_max
 * and PyTorch's amax have it.
 */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { cast } from './cast.js';
import { div } from './div.js';
import { equal } from './equal.js';
import { mul } from './mul.js';
import { reduceSum } from './reduce-sum.js';
import { inferReduction, keptShape, type ReduceAttributes } from './reduction.js';
import { reshape } from './reshape.js';

export const reduceMaxOp: OpDefinition<ReduceAttributes> = {
  type: 'ReduceMax',
  infer: (inputs, attributes) => inferReduction('ReduceMax', inputs, attributes),
  gradient({ inputs: [x], outputs: [y], gradients: [dy], attributes }) {
    if (!dy) return [null];
    const kept = keptShape('ReduceMax', x.shape, attributes);
    const largest = cast(equal(x, reshape(y, kept)), x.dtype);
    return [mul(largest, div(reshape(dy, kept), reduceSum(largest, attributes.axes, 1)))];
  },
  onnx: {
    attributes: { axes: 'ints', keepdims: 'int' },
    newer: { from: 18, form: { attributes: { keepdims: 'int' }, constants: ({ axes }) => [axes] } },
  },
};

export function reduceMax(x: Value, axes: readonly number[], keepdims: 0 | 1 = 0): Value {
  return axes.length === 0 ? x : applyOp(reduceMaxOp, [x], { axes, keepdims });
}
