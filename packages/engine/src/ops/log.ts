/** y = ln x; dx = dy / x. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { div } from './div.js';
import { inferUnary, type NoAttributes } from './elementwise.js';

export const logOp: OpDefinition<NoAttributes> = {
  type: 'Log',
  infer: (inputs) => inferUnary('Log', inputs),
  gradient: ({ inputs: [x], gradients: [dy] }) => [dy && div(dy, x)],
  onnx: {},
};

export function log(x: Value): Value {
  return applyOp(logOp, [x], {});
}
