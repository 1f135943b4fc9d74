// Matrix products and the functions over one axis.
import type { Shape } from '../../../packages/engine/src/graph/tensor-type.js';
import { gemm } from '../../../packages/engine/src/ops/gemm.js';
import { logSoftmax } from '../../../packages/engine/src/ops/log-softmax.js';
import { matmul } from '../../../packages/engine/src/ops/matmul.js';
import { softmax } from '../../../packages/engine/src/ops/softmax.js';
import type { GradientCase } from '../gradient-harness.js';

const BIASES: readonly (Shape | null)[] = [null, [4], [1, 4], [3, 1], [3, 4], []];

const gemmCases: GradientCase[] = ([0, 1] as const).flatMap((transA) =>
  ([0, 1] as const).flatMap((transB) =>
    BIASES.map((bias) => ({
      name: `transA ${transA}, transB ${transB}, ${bias ? `bias [${bias}]` : 'no bias'}`,
      dtype: 'float64' as const,
      inputs: [
        { shape: transA ? [2, 3] : [3, 2] },
        { shape: transB ? [4, 2] : [2, 4] },
        ...(bias ? [{ shape: bias }] : []),
      ],
      build: ([a, b, c]) => gemm(a, b, { transA, transB }, c),
    })),
  ),
);

const PRODUCTS: readonly (readonly [Shape, Shape])[] = [
  [
    [3, 2],
    [2, 4],
  ],
  [
    [2, 3, 2],
    [2, 2, 1],
  ],
  [
    [2, 2, 1, 3],
    [2, 2, 3, 2],
  ],
  [
    [2, 3, 4, 2],
    [2, 5],
  ],
  [
    [4, 3],
    [2, 2, 3, 1],
  ],
  [
    [2, 1, 2, 3],
    [4, 3, 2],
  ],
];

const matmulCases: GradientCase[] = PRODUCTS.map(([left, right]) => ({
  name: `of [${left}] and [${right}]`,
  dtype: 'float64',
  inputs: [{ shape: left }, { shape: right }],
  build: ([a, b]) => matmul(a, b),
}));

const AXES: readonly (readonly [Shape, number])[] = [
  [[3, 4], 1],
  [[3, 4], 0],
  [[2, 3, 2, 2], 1],
  [[2, 3, 2], 2],
  [[2, 1], 1],
];

function alongAxis(apply: typeof softmax): GradientCase[] {
  return AXES.map(([shape, axis]) => ({
    name: `of [${shape}] along axis ${axis}`,
    dtype: 'float64',
    inputs: [{ shape }],
    build: ([x]) => apply(x, axis),
  }));
}

export const matrixCases = {
  Gemm: gemmCases,
  LogSoftmax: alongAxis(logSoftmax),
  MatMul: matmulCases,
  Softmax: alongAxis(softmax),
};
