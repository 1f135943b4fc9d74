/** y = −x; dx = −dy. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferUnary, type NoAttributes } from './elementwise.js';

export const negOp: OpDefinition<NoAttributes> = {
  type: 'Neg',
  infer: (inputs) => inferUnary('Neg', inputs),
  gradient: ({ gradients: [dy] }) => [dy && neg(dy)],
  onnx: {},
};

export function neg(x: Value): Value {
  return applyOp(negOp, [x], {});
}
