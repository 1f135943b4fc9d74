/**
 * y = gamma · elu(x, alpha), whose constants keep mean 0 and variance 1 from layer to layer; dx = gamma · dy where y > 0,
 * else dy · (y + gamma · alpha). Klambauer et al., 2017.
 */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferUnary } from './elementwise.js';
import { eluSlope } from './elu.js';
import { mul } from './mul.js';

const ALPHA = 1.6732632423543772;
const GAMMA = 1.0507009873554805;

export interface SeluAttributes {
  readonly alpha: number;
  readonly gamma: number;
}

export const seluOp: OpDefinition<SeluAttributes> = {
  type: 'Selu',
  infer: (inputs) => inferUnary('Selu', inputs),
  gradient: ({ outputs: [y], gradients: [dy], attributes: { alpha, gamma } }) => [
    dy && mul(dy, eluSlope(y, gamma, gamma * alpha)),
  ],
  onnx: { attributes: { alpha: 'float', gamma: 'float' } },
};

export function selu(x: Value): Value {
  return applyOp(seluOp, [x], { alpha: ALPHA, gamma: GAMMA });
}
