/**
 * y = x where x > 0, else alpha · (eˣ − 1); dx = dy where y > 0, else dy · (y + alpha). Clevert et al., 2015.
 */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { add } from './add.js';
import { inferUnary, scalarLike } from './elementwise.js';
import { greater } from './greater.js';
import { hardSigmoid } from './hard-sigmoid.js';
import { mul } from './mul.js';
import { where } from './where.js';

export interface EluAttributes {
  /** What −y tends to for very negative inputs; not negative, so that the sign of y is that of x. */
  readonly alpha: number;
}

export const eluOp: OpDefinition<EluAttributes> = {
  type: 'Elu',
  infer: (inputs) => inferUnary('Elu', inputs),
  gradient: ({ outputs: [y], gradients: [dy], attributes: { alpha } }) => [dy && mul(dy, eluSlope(y, 1, alpha))],
  onnx: { attributes: { alpha: 'float' } },
};

/** The slope of elu and selu from their output: `right` where y > 0, else y + `alpha`. */
export function eluSlope(y: Value, right: number, alpha: number): Value {
  // y + 1, and 1 where that is more: y is never below −1.
  if (right === 1 && alpha === 1) return hardSigmoid(y, { alpha: 1, beta: 1 });
  return where(greater(y, scalarLike(y, 0)), scalarLike(y, right), add(y, scalarLike(y, alpha)));
}

export function elu(x: Value, alpha: number): Value {
  return applyOp(eluOp, [x], { alpha });
}
