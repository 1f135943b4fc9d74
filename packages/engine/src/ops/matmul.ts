/** Matrix product over the last two axes; the leading axes are equal: [.., M, K] · [.., K, N]. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { describeShape, ShapeError, sameShape } from '../graph/tensor-type.js';
import { type NoAttributes, requireFloat } from './elementwise.js';
import { transpose } from './transpose.js';

export const matmulOp: OpDefinition<NoAttributes> = {
  type: 'MatMul',
  infer(inputs) {
    requireFloat('MatMul', inputs);
    const [a, b] = inputs;
    const rank = a.shape.length;
    const leading = a.shape.slice(0, -2);
    if (rank < 2 || !sameShape(leading, b.shape.slice(0, -2)) || a.shape[rank - 1] !== b.shape[rank - 2]) {
      throw new ShapeError(
        'MatMul',
        '[.., M, K] and [.., K, N]',
        `${describeShape(a.shape)} and ${describeShape(b.shape)}`,
      );
    }
    return [{ dtype: a.dtype, shape: [...leading, a.shape[rank - 2], b.shape[rank - 1]] }];
  },
  /** dA = dY·Bᵀ, dB = Aᵀ·dY. */
  gradient({ inputs: [a, b], gradients: [dy], wanted }) {
    return [
      dy && wanted(0) ? matmul(dy, transposeLastTwo(b)) : null,
      dy && wanted(1) ? matmul(transposeLastTwo(a), dy) : null,
    ];
  },
  onnx: {},
};

export function matmul(a: Value, b: Value): Value {
  return applyOp(matmulOp, [a, b], {});
}

export function transposeLastTwo(x: Value): Value {
  const axes = x.shape.map((_, axis) => axis);
  const rank = axes.length;
  return transpose(x, [...axes.slice(0, -2), rank - 1, rank - 2]);
}
