// Operations that move, sum or stretch numbers.
import type { Shape } from '../../../packages/engine/src/graph/tensor-type.js';
import { expand } from '../../../packages/engine/src/ops/expand.js';
import { reduceSum } from '../../../packages/engine/src/ops/reduce-sum.js';
import { reshape } from '../../../packages/engine/src/ops/reshape.js';
import { transpose } from '../../../packages/engine/src/ops/transpose.js';
import type { GradientCase } from '../gradient-harness.js';

const EXPANSIONS: readonly (readonly [Shape, Shape])[] = [
  [[3], [2, 3]],
  [
    [2, 1],
    [2, 3],
  ],
  [[], [2, 3]],
  [
    [1, 3, 1],
    [2, 3, 4],
  ],
];

const RESHAPES: readonly (readonly [Shape, Shape])[] = [
  [
    [2, 3, 2],
    [3, 4],
  ],
  [
    [2, 3, 2],
    [0, 6],
  ],
  [[6], [1, 6, 1]],
  [[1, 1], []],
  [[], [1, 1]],
];

const SUMS: readonly (readonly [Shape, readonly number[]])[] = [
  [[2, 3], [0]],
  [[2, 3], [1]],
  [
    [2, 3],
    [0, 1],
  ],
  [[2, 3, 4], [1]],
  [
    [2, 3, 2, 2],
    [0, 2, 3],
  ],
  [[2, 3, 4], [-1]],
  [
    [2, 3, 4],
    [2, 0],
  ],
];

const PERMUTATIONS: readonly (readonly [Shape, readonly number[]])[] = [
  [
    [2, 3],
    [1, 0],
  ],
  [
    [2, 3, 4],
    [1, 2, 0],
  ],
  [
    [2, 3, 2, 2],
    [0, 3, 1, 2],
  ],
];

const expandCases: GradientCase[] = EXPANSIONS.map(([from, to]) => ({
  name: `[${from}] to [${to}]`,
  dtype: 'float64',
  inputs: [{ shape: from }],
  build: ([x]) => expand(x, to),
}));

const reshapeCases: GradientCase[] = RESHAPES.map(([from, to]) => ({
  name: `[${from}] to [${to}]`,
  dtype: 'float64',
  inputs: [{ shape: from }],
  build: ([x]) => reshape(x, to),
}));

const reduceSumCases: GradientCase[] = SUMS.flatMap(([shape, axes]) =>
  ([0, 1] as const).map((keepdims) => ({
    name: `of [${shape}] over [${axes}], keepdims ${keepdims}`,
    dtype: 'float64' as const,
    inputs: [{ shape }],
    build: ([x]) => reduceSum(x, axes, keepdims),
  })),
);

const transposeCases: GradientCase[] = PERMUTATIONS.map(([shape, perm]) => ({
  name: `of [${shape}] by [${perm}]`,
  dtype: 'float64',
  inputs: [{ shape }],
  build: ([x]) => transpose(x, perm),
}));

export const shapeCases = {
  Expand: expandCases,
  ReduceSum: reduceSumCases,
  Reshape: reshapeCases,
  Transpose: transposeCases,
};
