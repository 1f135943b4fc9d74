/** y = a where the condition holds, else b, broadcast; da = dy where it holds, db = dy where it does not. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { broadcastShapes, ShapeError } from '../graph/tensor-type.js';
import { type NoAttributes, requireSameType } from './elementwise.js';

export const whereOp: OpDefinition<NoAttributes> = {
  type: 'Where',
  infer([condition, a, b]) {
    if (condition.dtype !== 'bool') throw new ShapeError('Where', 'a boolean condition', condition.dtype);
    requireSameType('Where', a, b);
    const branches = broadcastShapes('Where', a.shape, b.shape);
    return [{ dtype: a.dtype, shape: broadcastShapes('Where', condition.shape, branches) }];
  },
  gradient({ inputs: [condition], gradients: [dy], wanted }) {
    if (!dy) return [null, null, null];
    const zero = dy.graph.scalar(0, dy.dtype === 'float64' ? 'float64' : 'float32');
    return [null, wanted(1) ? where(condition, dy, zero) : null, wanted(2) ? where(condition, zero, dy) : null];
  },
  onnx: {},
};

export function where(condition: Value, a: Value, b: Value): Value {
  return applyOp(whereOp, [condition, a, b], {});
}
