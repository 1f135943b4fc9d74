/** y = x where x > 0, else alpha · x; dx = dy where x > 0, else alpha · dy. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferUnary } from './elementwise.js';
import { greater } from './greater.js';
import { mul } from './mul.js';
import { where } from './where.js';

export interface LeakyReluAttributes {
  /** Slope for negative inputs. */
  readonly alpha: number;
}

export const leakyReluOp: OpDefinition<LeakyReluAttributes> = {
  type: 'LeakyRelu',
  infer: (inputs) => inferUnary('LeakyRelu', inputs),
  gradient({ inputs: [x], gradients: [dy], attributes: { alpha } }) {
    if (!dy) return [null];
    const dtype = x.dtype === 'float64' ? 'float64' : 'float32';
    const positive = greater(x, x.graph.scalar(0, dtype));
    return [where(positive, dy, mul(dy, x.graph.scalar(alpha, dtype)))];
  },
  onnx: { attributes: { alpha: 'float' } },
};

export function leakyRelu(x: Value, alpha: number): Value {
  return applyOp(leakyReluOp, [x], { alpha });
}
