/** y = x where x > 0, else alpha · x; dx = dy where x > 0, else alpha · dy. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferUnary, scalarLike } from './elementwise.js';
import { greater } from './greater.js';
import { hardSigmoid } from './hard-sigmoid.js';
import { max } from './max.js';
import { mul } from './mul.js';
import { where } from './where.js';

const STEEPEST = 3e38;

export interface LeakyReluAttributes {
  /** Slope for negative inputs. */
  readonly alpha: number;
}

export const leakyReluOp: OpDefinition<LeakyReluAttributes> = {
  type: 'LeakyRelu',
  infer: (inputs) => inferUnary('LeakyRelu', inputs),
  gradient: ({ inputs: [x], gradients: [dy], attributes: { alpha } }) => [dy && mul(dy, slopeOf(x, alpha))],
  onnx: { attributes: { alpha: 'float' } },
};

/** On the CPU a step function and a maximum take less than a choice, which is left for slopes outside of 0 to 1. */
function slopeOf(x: Value, alpha: number): Value {
  if (alpha >= 0 && alpha <= 1) return max(hardSigmoid(x, { alpha: STEEPEST, beta: 0 }), scalarLike(x, alpha));
  return where(greater(x, scalarLike(x, 0)), scalarLike(x, 1), scalarLike(x, alpha));
}

export function leakyRelu(x: Value, alpha: number): Value {
  return applyOp(leakyReluOp, [x], { alpha });
}
