/** y = max(a, b), broadcast. Used where no gradient flows. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferBinary, type NoAttributes } from './elementwise.js';

export const maxOp: OpDefinition<NoAttributes> = {
  type: 'Max',
  infer: (inputs) => inferBinary('Max', inputs),
  onnx: {},
};

export function max(a: Value, b: Value): Value {
  return applyOp(maxOp, [a, b], {});
}
