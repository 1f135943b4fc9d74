/** y = a + b, broadcast; da = dy, db = dy. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferBinary, type NoAttributes } from './elementwise.js';

export const addOp: OpDefinition<NoAttributes> = {
  type: 'Add',
  infer: (inputs) => inferBinary('Add', inputs),
  gradient: ({ gradients: [dy] }) => [dy, dy],
  onnx: {},
};

export function add(a: Value, b: Value): Value {
  return applyOp(addOp, [a, b], {});
}
