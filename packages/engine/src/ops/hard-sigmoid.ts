/** y = min(1, max(0, alpha · x + beta)). Used as a fast step function. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferUnary } from './elementwise.js';

export interface HardSigmoidAttributes {
  readonly alpha: number;
  readonly beta: number;
}

export const hardSigmoidOp: OpDefinition<HardSigmoidAttributes> = {
  type: 'HardSigmoid',
  infer: (inputs) => inferUnary('HardSigmoid', inputs),
  onnx: { attributes: { alpha: 'float', beta: 'float' } },
};

export function hardSigmoid(x: Value, attributes: HardSigmoidAttributes): Value {
  return applyOp(hardSigmoidOp, [x], attributes);
}
