/** Σ x² over axes; dx = 2 · x · dy (dy stretched to every summed place). */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { scalarLike } from './elementwise.js';
import { mul } from './mul.js';
import { inferReduction, keptShape, type ReduceAttributes } from './reduction.js';
import { reshape } from './reshape.js';

export const reduceSumSquareOp: OpDefinition<ReduceAttributes> = {
  type: 'ReduceSumSquare',
  infer: (inputs, attributes) => inferReduction('ReduceSumSquare', inputs, attributes),
  gradient({ inputs: [x], gradients: [dy], attributes }) {
    if (!dy) return [null];
    return [mul(x, mul(reshape(dy, keptShape('ReduceSumSquare', x.shape, attributes)), scalarLike(dy, 2)))];
  },
  onnx: { attributes: { axes: 'ints', keepdims: 'int' } },
};

export function reduceSumSquare(x: Value, axes: readonly number[], keepdims: 0 | 1 = 0): Value {
  return applyOp(reduceSumSquareOp, [x], { axes, keepdims });
}
