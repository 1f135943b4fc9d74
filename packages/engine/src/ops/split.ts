/** A tensor cut into parts along one axis. No gradient: it cuts up the state of a training, not what the loss depends on. */
import type { OpDefinition, Value } from '../graph/graph.js';
import { describeShape, ShapeError } from '../graph/tensor-type.js';

export interface SplitAttributes {
  readonly axis: number;
  /** Of each part along the axis. */
  readonly sizes: readonly number[];
}

export const splitOp: OpDefinition<SplitAttributes> = {
  type: 'Split',
  infer([{ dtype, shape }], { axis, sizes }) {
    const whole = sizes.reduce((sum, size) => sum + size, 0);
    if (shape[axis] !== whole) {
      throw new ShapeError('Split', `${whole} along axis ${axis}`, describeShape(shape));
    }
    return sizes.map((size) => ({ dtype, shape: shape.map((side, at) => (at === axis ? size : side)) }));
  },
  onnx: { attributes: { axis: 'int' }, constants: ({ sizes }) => [sizes] },
};

export function split(x: Value, axis: number, sizes: readonly number[]): readonly Value[] {
  return sizes.length === 1 ? [x] : x.graph.apply(splitOp, [x], { axis, sizes });
}
