/** y = a / b, broadcast; da = dy / b, db = −dy · y / b. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferBinary, type NoAttributes } from './elementwise.js';
import { mul } from './mul.js';
import { neg } from './neg.js';

export const divOp: OpDefinition<NoAttributes> = {
  type: 'Div',
  infer: (inputs) => inferBinary('Div', inputs),
  gradient: ({ inputs: [, b], outputs: [y], gradients: [dy], wanted }) => [
    dy && wanted(0) ? div(dy, b) : null,
    dy && wanted(1) ? neg(div(mul(dy, y), b)) : null,
  ],
  onnx: {},
};

export function div(a: Value, b: Value): Value {
  return applyOp(divOp, [a, b], {});
}
