/** y = min(a, b), broadcast. dy goes to the smaller, and to a where both are equal (TensorFlow's convention). */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { inferBinary, type NoAttributes, scalarLike } from './elementwise.js';
import { greater } from './greater.js';
import { where } from './where.js';

export const minOp: OpDefinition<NoAttributes> = {
  type: 'Min',
  infer: (inputs) => inferBinary('Min', inputs),
  gradient({ inputs: [a, b], gradients: [dy], wanted }) {
    if (!dy) return [null, null];
    const second = greater(a, b);
    const zero = scalarLike(dy, 0);
    return [wanted(0) ? where(second, zero, dy) : null, wanted(1) ? where(second, dy, zero) : null];
  },
  onnx: {},
};

export function min(a: Value, b: Value): Value {
  return applyOp(minOp, [a, b], {});
}
