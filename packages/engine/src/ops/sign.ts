/** y = −1, 0 or 1, the sign of x. Used where no gradient flows. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferUnary, type NoAttributes } from './elementwise.js';

export const signOp: OpDefinition<NoAttributes> = {
  type: 'Sign',
  infer: (inputs) => inferUnary('Sign', inputs),
  onnx: {},
};

export function sign(x: Value): Value {
  return applyOp(signOp, [x], {});
}
