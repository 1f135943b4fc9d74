/** y = erf x = 2/√π · ∫₀ˣ e^−t² dt; dx = dy · 2/√π · e^−x². */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferUnary, type NoAttributes, scalarLike } from './elementwise.js';
import { exp } from './exp.js';
import { mul } from './mul.js';
import { neg } from './neg.js';

const SLOPE_AT_ZERO = 2 / Math.sqrt(Math.PI);

export const erfOp: OpDefinition<NoAttributes> = {
  type: 'Erf',
  infer: (inputs) => inferUnary('Erf', inputs),
  gradient: ({ inputs: [x], gradients: [dy] }) => [
    dy && mul(mul(dy, exp(neg(mul(x, x)))), scalarLike(dy, SLOPE_AT_ZERO)),
  ],
  onnx: {},
};

export function erf(x: Value): Value {
  return applyOp(erfOp, [x], {});
}
