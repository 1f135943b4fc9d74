// Operations that reduce axes.
import type { Value } from '../../../packages/engine/src/graph/graph.js';
import type { Shape } from '../../../packages/engine/src/graph/tensor-type.js';
import { reduceMax } from '../../../packages/engine/src/ops/reduce-max.js';
import { reduceMean } from '../../../packages/engine/src/ops/reduce-mean.js';
import { reduceSum } from '../../../packages/engine/src/ops/reduce-sum.js';
import type { GradientCase } from '../gradient-harness.js';
import { anyNumbers, apart, type Draw } from '../numbers.js';

const REDUCTIONS: readonly (readonly [Shape, readonly number[]])[] = [
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

function cases(
  reduce: (x: Value, axes: readonly number[], keepdims: 0 | 1) => Value,
  draw: Draw = anyNumbers,
): GradientCase[] {
  return REDUCTIONS.flatMap(([shape, axes]) =>
    ([0, 1] as const).map(
      (keepdims): GradientCase => ({
        name: `of [${shape}] over [${axes}], keepdims ${keepdims}`,
        dtype: 'float64',
        inputs: [{ shape, draw }],
        build: ([x]) => reduce(x, axes, keepdims),
      }),
    ),
  );
}

export const reductionCases = {
  ReduceMax: cases(reduceMax, apart),
  ReduceMean: cases(reduceMean),
  ReduceSum: cases(reduceSum),
};
