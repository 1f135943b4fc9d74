/** y = eˣ; dx = dy · y. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferUnary, type NoAttributes } from './elementwise.js';
import { mul } from './mul.js';

export const expOp: OpDefinition<NoAttributes> = {
  type: 'Exp',
  infer: (inputs) => inferUnary('Exp', inputs),
  gradient: ({ outputs: [y], gradients: [dy] }) => [dy && mul(dy, y)],
  onnx: {},
};

export function exp(x: Value): Value {
  return applyOp(expOp, [x], {});
}
