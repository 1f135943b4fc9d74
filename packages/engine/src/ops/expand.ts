/** Stretches axes of size 1 (NumPy's rule) to a larger shape; the driver sums the gradient back. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { broadcastShapes, describeShape, type Shape, ShapeError, sameShape } from '../graph/tensor-type.js';

export interface ExpandAttributes {
  readonly shape: Shape;
}

export const expandOp: OpDefinition<ExpandAttributes> = {
  type: 'Expand',
  infer([x], { shape }) {
    if (!sameShape(broadcastShapes('Expand', x.shape, shape), shape)) {
      throw new ShapeError('Expand', `a shape that stretches to ${describeShape(shape)}`, describeShape(x.shape));
    }
    return [{ dtype: x.dtype, shape }];
  },
  gradient: ({ gradients: [dy] }) => [dy],
  onnx: { constants: ({ shape }) => [shape] },
};

export function expand(x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : applyOp(expandOp, [x], { shape });
}
