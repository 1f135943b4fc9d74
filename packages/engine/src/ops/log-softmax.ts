/** y = x − ln Σ eˣ along one axis; dx = dy − eʸ · Σ dy. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferUnary } from './elementwise.js';
import { exp } from './exp.js';
import { mul } from './mul.js';
import { reduceSum } from './reduce-sum.js';
import type { SoftmaxAttributes } from './softmax.js';
import { sub } from './sub.js';

export const logSoftmaxOp: OpDefinition<SoftmaxAttributes> = {
  type: 'LogSoftmax',
  infer: (inputs) => inferUnary('LogSoftmax', inputs),
  gradient({ outputs: [y], gradients: [dy], attributes: { axis } }) {
    return [dy && sub(dy, mul(exp(y), reduceSum(dy, [axis], 1)))];
  },
  onnx: { attributes: { axis: 'int' } },
};

export function logSoftmax(x: Value, axis: number): Value {
  return applyOp(logSoftmaxOp, [x], { axis });
}
