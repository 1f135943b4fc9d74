/** A part of a tensor: for each named axis from `starts` to `ends` (exclusive) in `steps`. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { describeShape, ShapeError } from '../graph/tensor-type.js';

export interface SliceAttributes {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly axes: readonly number[];
  readonly steps: readonly number[];
}

export const sliceOp: OpDefinition<SliceAttributes> = {
  type: 'Slice',
  infer([x], { starts, ends, axes, steps }) {
    const shape = [...x.shape];
    axes.forEach((axis, i) => {
      if (starts[i] < 0 || ends[i] > x.shape[axis] || ends[i] <= starts[i] || steps[i] < 1) {
        throw new ShapeError(
          'Slice',
          `a part of ${describeShape(x.shape)}`,
          `${starts[i]} to ${ends[i]} of axis ${axis}`,
        );
      }
      shape[axis] = Math.ceil((ends[i] - starts[i]) / steps[i]);
    });
    return [{ dtype: x.dtype, shape }];
  },
  onnx: { constants: ({ starts, ends, axes, steps }) => [starts, ends, axes, steps] },
};

export function slice(x: Value, attributes: SliceAttributes): Value {
  return applyOp(sliceOp, [x], attributes);
}
