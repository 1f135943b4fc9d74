/** Y = A' · B' (+ C), where A' and B' may be transposed: [M, K] · [K, N] + [N]. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { broadcastShapes, describeShape, ShapeError, sameShape, type TensorType } from '../graph/tensor-type.js';
import { requireFloat } from './elementwise.js';

export interface GemmAttributes {
  readonly transA: 0 | 1;
  readonly transB: 0 | 1;
}

export const gemmOp: OpDefinition<GemmAttributes> = {
  type: 'Gemm',
  infer(inputs, { transA, transB }) {
    requireFloat('Gemm', inputs);
    const [a, b, c] = inputs;
    const [rows, inner] = matrix(a, transA);
    const [innerB, columns] = matrix(b, transB);
    if (inner !== innerB) {
      throw new ShapeError('Gemm', `${inner} rows in the second matrix`, String(innerB));
    }
    const shape = [rows, columns];
    if (c && !sameShape(broadcastShapes('Gemm', c.shape, shape), shape)) {
      throw new ShapeError('Gemm', `a bias that broadcasts to ${describeShape(shape)}`, describeShape(c.shape));
    }
    return [{ dtype: a.dtype, shape }];
  },
  /** Y = AB: dA = dY·Bᵀ, dB = Aᵀ·dY; transposed operands swap the factors; dC = dY. */
  gradient({ inputs: [a, b], gradients: [dy], attributes: { transA, transB }, wanted }) {
    if (!dy) return [null, null, null];
    const da = () => (transA ? gemm(b, dy, { transA: transB, transB: 1 }) : gemm(dy, b, { transB: transB ? 0 : 1 }));
    const db = () => (transB ? gemm(dy, a, { transA: 1, transB: transA }) : gemm(a, dy, { transA: transA ? 0 : 1 }));
    return [wanted(0) ? da() : null, wanted(1) ? db() : null, dy];
  },
  onnx: { attributes: { transA: 'int', transB: 'int' } },
};

export function gemm(a: Value, b: Value, options: Partial<GemmAttributes> = {}, c?: Value): Value {
  return applyOp(gemmOp, c ? [a, b, c] : [a, b], { transA: 0, transB: 0, ...options });
}

function matrix({ shape }: TensorType, transposed: 0 | 1): [number, number] {
  if (shape.length !== 2) throw new ShapeError('Gemm', 'matrices', describeShape(shape));
  return transposed ? [shape[1], shape[0]] : [shape[0], shape[1]];
}
