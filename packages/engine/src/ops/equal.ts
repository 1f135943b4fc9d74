/** y = (a = b), broadcast, as booleans. */
import { applyOp, type Value } from '../graph/graph.js';
import type { OpDefinition } from '../graph/op-definition.js';
import { inferBinary, type NoAttributes } from './elementwise.js';

export const equalOp: OpDefinition<NoAttributes> = {
  type: 'Equal',
  infer: (inputs) => inferBinary('Equal', inputs, 'bool'),
  onnx: {},
};

export function equal(a: Value, b: Value): Value {
  return applyOp(equalOp, [a, b], {});
}
