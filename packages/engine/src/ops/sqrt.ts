/** y = √x; dx = dy / 2y. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { add } from './add.js';
import { div } from './div.js';
import { inferUnary, type NoAttributes } from './elementwise.js';

export const sqrtOp: OpDefinition<NoAttributes> = {
  type: 'Sqrt',
  infer: (inputs) => inferUnary('Sqrt', inputs),
  gradient: ({ outputs: [y], gradients: [dy] }) => [dy && div(dy, add(y, y))],
  onnx: {},
};

export function sqrt(x: Value): Value {
  return applyOp(sqrtOp, [x], {});
}
