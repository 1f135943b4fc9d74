/** y = eˣ / Σ eˣ along one axis; dx = y · (dy − Σ dy · y). */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferUnary } from './elementwise.js';
import { mul } from './mul.js';
import { reduceSum } from './reduce-sum.js';
import { sub } from './sub.js';

export interface SoftmaxAttributes {
  readonly axis: number;
}

export const softmaxOp: OpDefinition<SoftmaxAttributes> = {
  type: 'Softmax',
  infer: (inputs) => inferUnary('Softmax', inputs),
  gradient({ outputs: [y], gradients: [dy], attributes: { axis } }) {
    return [dy && mul(y, sub(dy, reduceSum(mul(dy, y), [axis], 1)))];
  },
  onnx: { attributes: { axis: 'int' } },
};

export function softmax(x: Value, axis: number): Value {
  return applyOp(softmaxOp, [x], { axis });
}
