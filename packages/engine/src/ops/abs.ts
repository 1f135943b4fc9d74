/** y = |x|; dx = dy · sign(x), so 0 at 0. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferUnary, type NoAttributes } from './elementwise.js';
import { mul } from './mul.js';
import { sign } from './sign.js';

export const absOp: OpDefinition<NoAttributes> = {
  type: 'Abs',
  infer: (inputs) => inferUnary('Abs', inputs),
  gradient: ({ inputs: [x], gradients: [dy] }) => [dy && mul(dy, sign(x))],
  onnx: {},
};

export function abs(x: Value): Value {
  return applyOp(absOp, [x], {});
}
