/**
 * y = min(1, max(0, alpha · x + beta)); dx = alpha · dy where 0 < y < 1. So steep that it is a step function, it makes
 * masks, too.
 */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferUnary, scalarLike } from './elementwise.js';
import { mul } from './mul.js';
import { reluGradient } from './relu.js';
import { sub } from './sub.js';

export interface HardSigmoidAttributes {
  readonly alpha: number;
  readonly beta: number;
}

export const hardSigmoidOp: OpDefinition<HardSigmoidAttributes> = {
  type: 'HardSigmoid',
  infer: (inputs) => inferUnary('HardSigmoid', inputs),
  gradient: ({ outputs: [y], gradients: [dy], attributes: { alpha } }) => [
    dy && mul(reluGradient(sub(y, mul(y, y)), dy), scalarLike(dy, alpha)),
  ],
  onnx: { attributes: { alpha: 'float', beta: 'float' } },
};

export function hardSigmoid(x: Value, attributes: HardSigmoidAttributes): Value {
  return applyOp(hardSigmoidOp, [x], attributes);
}
