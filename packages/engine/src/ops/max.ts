/** y = max(a, b), broadcast. Used where no gradient flows. */
import { applyOp, type Value } from '../graph/graph.js';
import type { OpDefinition } from '../graph/op-definition.js';
import { inferBinary, type NoAttributes } from './elementwise.js';

export const maxOp: OpDefinition<NoAttributes> = {
  type: 'Max',
  infer: (inputs) => inferBinary('Max', inputs),
  onnx: {},
};

export function max(a: Value, b: Value): Value {
  return applyOp(maxOp, [a, b], {});
}
