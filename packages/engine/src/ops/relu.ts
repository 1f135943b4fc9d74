/** y = max(x, 0); dx = dy where y > 0. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { describeShape, ShapeError, sameShape } from '../graph/tensor-type.js';
import { inferUnary, type NoAttributes } from './elementwise.js';

export const reluOp: OpDefinition<NoAttributes> = {
  type: 'Relu',
  infer: (inputs) => inferUnary('Relu', inputs),
  gradient: ({ outputs: [y], gradients: [dy] }) => [dy && reluGradient(y, dy)],
  onnx: {},
};

/** Inputs (y, dy), y at least 0: dy where y > 0, else 0. Each device has its own fastest way to write it. */
export const reluGradientOp: OpDefinition<NoAttributes> = {
  type: 'ReluGradient',
  infer([y, dy]) {
    if (!sameShape(y.shape, dy.shape)) {
      throw new ShapeError('ReluGradient', describeShape(y.shape), describeShape(dy.shape));
    }
    return [{ dtype: dy.dtype, shape: dy.shape }];
  },
};

export function relu(x: Value): Value {
  return applyOp(reluOp, [x], {});
}

export function reluGradient(y: Value, dy: Value): Value {
  return applyOp(reluGradientOp, [y, dy], {});
}
