/** y = ln(1 + eˣ); dx = dy · sigmoid(x). */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferUnary, type NoAttributes } from './elementwise.js';
import { mul } from './mul.js';
import { sigmoid } from './sigmoid.js';

export const softplusOp: OpDefinition<NoAttributes> = {
  type: 'Softplus',
  infer: (inputs) => inferUnary('Softplus', inputs),
  gradient: ({ inputs: [x], gradients: [dy] }) => [dy && mul(dy, sigmoid(x))],
  onnx: {},
};

export function softplus(x: Value): Value {
  return applyOp(softplusOp, [x], {});
}
