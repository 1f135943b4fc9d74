/** y = (a > b), broadcast, as booleans. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferBinary, type NoAttributes } from './elementwise.js';

export const greaterOp: OpDefinition<NoAttributes> = {
  type: 'Greater',
  infer: (inputs) => inferBinary('Greater', inputs, 'bool'),
  onnx: {},
};

export function greater(a: Value, b: Value): Value {
  return applyOp(greaterOp, [a, b], {});
}
