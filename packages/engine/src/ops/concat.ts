/** Tensors joined along one axis. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { describeShape, ShapeError } from '../graph/tensor-type.js';
import { slice } from './slice.js';

export interface ConcatAttributes {
  readonly axis: number;
}

export const concatOp: OpDefinition<ConcatAttributes> = {
  type: 'Concat',
  infer(inputs, { axis }) {
    const shape = [...inputs[0].shape];
    for (const { shape: other } of inputs.slice(1)) {
      if (other.length !== shape.length || other.some((side, i) => i !== axis && side !== shape[i])) {
        throw new ShapeError(
          'Concat',
          `shapes equal but for axis ${axis}`,
          `${describeShape(shape)} and ${describeShape(other)}`,
        );
      }
      shape[axis] += other[axis];
    }
    return [{ dtype: inputs[0].dtype, shape }];
  },
  /** Each input's gradient is its own part of dy. */
  gradient({ inputs, gradients: [dy], attributes: { axis }, wanted }) {
    let start = 0;
    return inputs.map(({ shape }, i) => {
      const end = start + shape[axis];
      const part = { starts: [start], ends: [end], axes: [axis], steps: [1] };
      start = end;
      return dy && wanted(i) ? slice(dy, part) : null;
    });
  },
  onnx: { attributes: { axis: 'int' } },
};

export function concat(inputs: readonly Value[], axis: number): Value {
  return inputs.length === 1 ? inputs[0] : applyOp(concatOp, inputs, { axis });
}
