/** y = a − b, broadcast; da = dy, db = −dy. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferBinary, type NoAttributes } from './elementwise.js';
import { neg } from './neg.js';

export const subOp: OpDefinition<NoAttributes> = {
  type: 'Sub',
  infer: (inputs) => inferBinary('Sub', inputs),
  gradient: ({ gradients: [dy], wanted }) => [dy, dy && wanted(1) ? neg(dy) : null],
  onnx: {},
};

export function sub(a: Value, b: Value): Value {
  return applyOp(subOp, [a, b], {});
}
