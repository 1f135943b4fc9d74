/** Tensors joined along one axis. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { describeShape, ShapeError } from '../graph/tensor-type.js';

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
  onnx: { attributes: { axis: 'int' } },
};

export function concat(inputs: readonly Value[], axis: number): Value {
  return inputs.length === 1 ? inputs[0] : applyOp(concatOp, inputs, { axis });
}
