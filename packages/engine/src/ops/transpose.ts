/** Permutes the axes: axis i of the output is axis perm[i] of the input; the gradient uses the inverse permutation. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { ShapeError } from '../graph/tensor-type.js';

export interface TransposeAttributes {
  readonly perm: readonly number[];
}

export const transposeOp: OpDefinition<TransposeAttributes> = {
  type: 'Transpose',
  infer([x], { perm }) {
    if (perm.length !== x.shape.length || new Set(perm).size !== perm.length) {
      throw new ShapeError('Transpose', `a permutation of ${x.shape.length} axes`, `[${perm.join(', ')}]`);
    }
    return [{ dtype: x.dtype, shape: perm.map((axis) => x.shape[axis]) }];
  },
  gradient({ gradients: [dy], attributes: { perm } }) {
    const inverse = perm.map((_, axis) => perm.indexOf(axis));
    return [dy && transpose(dy, inverse)];
  },
  onnx: { attributes: { perm: 'ints' } },
};

export function transpose(x: Value, perm: readonly number[]): Value {
  return applyOp(transposeOp, [x], { perm });
}
