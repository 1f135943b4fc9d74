/** Matrix product over the last two axes; the leading axes broadcast: [.., M, K] · [.., K, N]. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { broadcastShapes, describeShape, ShapeError } from '../graph/tensor-type.js';
import { type NoAttributes, requireFloat } from './elementwise.js';
import { transpose } from './transpose.js';

export const matmulOp: OpDefinition<NoAttributes> = {
  type: 'MatMul',
  infer(inputs) {
    requireFloat('MatMul', inputs);
    const [a, b] = inputs;
    const [rows, inner] = a.shape.slice(-2);
    const [innerB, columns] = b.shape.slice(-2);
    if (a.shape.length < 2 || b.shape.length < 2 || inner !== innerB) {
      throw new ShapeError(
        'MatMul',
        '[.., M, K] and [.., K, N]',
        `${describeShape(a.shape)} and ${describeShape(b.shape)}`,
      );
    }
    const leading = broadcastShapes('MatMul', a.shape.slice(0, -2), b.shape.slice(0, -2));
    return [{ dtype: a.dtype, shape: [...leading, rows, columns] }];
  },
  /** dA = dY·Bᵀ, dB = Aᵀ·dY; the driver sums over the axes that were broadcast. */
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
