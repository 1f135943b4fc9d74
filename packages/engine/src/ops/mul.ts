/** y = a · b, broadcast; da = dy · b, db = dy · a. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferBinary, type NoAttributes } from './elementwise.js';

export const mulOp: OpDefinition<NoAttributes> = {
  type: 'Mul',
  infer: (inputs) => inferBinary('Mul', inputs),
  gradient: ({ inputs: [a, b], gradients: [dy], wanted }) => [
    dy && wanted(0) ? mul(dy, b) : null,
    dy && wanted(1) ? mul(dy, a) : null,
  ],
  onnx: {},
};

export function mul(a: Value, b: Value): Value {
  return applyOp(mulOp, [a, b], {});
}
