/** y = tanh x; dx = dy · (1 − y²). */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferUnary, type NoAttributes } from './elementwise.js';
import { mul } from './mul.js';
import { sub } from './sub.js';

export const tanhOp: OpDefinition<NoAttributes> = {
  type: 'Tanh',
  infer: (inputs) => inferUnary('Tanh', inputs),
  gradient: ({ outputs: [y], gradients: [dy] }) => [dy && sub(dy, mul(dy, mul(y, y)))],
  onnx: {},
};

export function tanh(x: Value): Value {
  return applyOp(tanhOp, [x], {});
}
