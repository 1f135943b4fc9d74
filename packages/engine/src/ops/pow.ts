/** y = aᵇ, broadcast; da = dy · b · aᵇ⁻¹, db = dy · y · ln a. With a below 0, b must be whole and has no gradient. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferBinary, type NoAttributes, scalarLike } from './elementwise.js';
import { log } from './log.js';
import { mul } from './mul.js';
import { sub } from './sub.js';

export const powOp: OpDefinition<NoAttributes> = {
  type: 'Pow',
  infer: (inputs) => inferBinary('Pow', inputs),
  gradient: ({ inputs: [a, b], outputs: [y], gradients: [dy], wanted }) => [
    dy && wanted(0) ? mul(dy, mul(b, pow(a, sub(b, scalarLike(b, 1))))) : null,
    dy && wanted(1) ? mul(mul(dy, y), log(a)) : null,
  ],
  onnx: {},
};

export function pow(a: Value, b: Value): Value {
  return applyOp(powOp, [a, b], {});
}
