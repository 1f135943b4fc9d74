/** y = (a = b), broadcast, as booleans. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferBinary, type NoAttributes } from './elementwise.js';

export const equalOp: OpDefinition<NoAttributes> = {
  type: 'Equal',
  infer: (inputs) => inferBinary('Equal', inputs, 'bool'),
  onnx: {},
};

export function equal(a: Value, b: Value): Value {
  return applyOp(equalOp, [a, b], {});
}
