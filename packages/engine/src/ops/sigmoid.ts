/** y = 1 / (1 + e⁻ˣ); dx = dy · y · (1 − y). */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferUnary, type NoAttributes } from './elementwise.js';
import { mul } from './mul.js';
import { sub } from './sub.js';

export const sigmoidOp: OpDefinition<NoAttributes> = {
  type: 'Sigmoid',
  infer: (inputs) => inferUnary('Sigmoid', inputs),
  gradient: ({ outputs: [y], gradients: [dy] }) => [dy && mul(dy, sub(y, mul(y, y)))],
  onnx: {},
};

export function sigmoid(x: Value): Value {
  return applyOp(sigmoidOp, [x], {});
}
