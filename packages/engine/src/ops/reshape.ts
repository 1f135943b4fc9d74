/** The same elements in another shape; the gradient goes back to the input's shape. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { describeShape, type Shape, ShapeError, sameShape, sizeOf } from '../graph/tensor-type.js';

export interface ReshapeAttributes {
  /** Sizes of the output; 0 keeps the input's size at that place, so that a batch may stay open when exported. */
  readonly shape: Shape;
}

export const reshapeOp: OpDefinition<ReshapeAttributes> = {
  type: 'Reshape',
  infer([x], attributes) {
    const shape = attributes.shape.map((side, axis) => (side === 0 ? x.shape[axis] : side));
    if (sizeOf(shape) !== sizeOf(x.shape)) {
      throw new ShapeError('Reshape', `${sizeOf(x.shape)} elements`, describeShape(shape));
    }
    return [{ dtype: x.dtype, shape }];
  },
  gradient: ({ inputs: [x], gradients: [dy] }) => [dy && reshape(dy, x.shape)],
  onnx: { constants: ({ shape }) => [shape] },
};

export function reshape(x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : applyOp(reshapeOp, [x], { shape });
}
