/** y = max(a, b), broadcast. dy goes to the larger, and to a where both are equal (TensorFlow's convention). */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferBinary, type NoAttributes, scalarLike } from './elementwise.js';
import { greater } from './greater.js';
import { where } from './where.js';

export const maxOp: OpDefinition<NoAttributes> = {
  type: 'Max',
  infer: (inputs) => inferBinary('Max', inputs),
  gradient({ inputs: [a, b], gradients: [dy], wanted }) {
    if (!dy) return [null, null];
    const second = greater(b, a);
    const zero = scalarLike(dy, 0);
    return [wanted(0) ? where(second, zero, dy) : null, wanted(1) ? where(second, dy, zero) : null];
  },
  onnx: {},
};

export function max(a: Value, b: Value): Value {
  return applyOp(maxOp, [a, b], {});
}
