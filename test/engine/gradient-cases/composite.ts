// Graphs in which gradients meet, for the driver that adds them up and fits them to their values' shapes.
import { add } from '../../../packages/engine/src/ops/add.js';
import { cast } from '../../../packages/engine/src/ops/cast.js';
import { scalarLike } from '../../../packages/engine/src/ops/elementwise.js';
import { exp } from '../../../packages/engine/src/ops/exp.js';
import { gemm } from '../../../packages/engine/src/ops/gemm.js';
import { mul } from '../../../packages/engine/src/ops/mul.js';
import { reduceSum } from '../../../packages/engine/src/ops/reduce-sum.js';
import { reshape } from '../../../packages/engine/src/ops/reshape.js';
import { sub } from '../../../packages/engine/src/ops/sub.js';
import { tanh } from '../../../packages/engine/src/ops/tanh.js';
import type { GradientCase } from '../gradient-harness.js';

export const compositeCases: readonly GradientCase[] = [
  { name: 'a value times itself', dtype: 'float64', inputs: [{ shape: [3] }], build: ([x]) => mul(x, x) },
  {
    name: 'a value used three times',
    dtype: 'float64',
    inputs: [{ shape: [2, 3] }],
    build: ([x]) => add(mul(x, exp(x)), sub(x, tanh(x))),
  },
  {
    name: 'two branches that meet',
    dtype: 'float64',
    inputs: [{ shape: [2, 2] }, { shape: [2, 2] }],
    build: ([a, b]) => {
      const shared = mul(a, b);
      return add(gemm(shared, a), mul(shared, b));
    },
  },
  {
    name: 'a value that is stretched on both sides',
    dtype: 'float64',
    inputs: [{ shape: [3] }, { shape: [2, 1] }],
    build: ([a, b]) => mul(add(a, b), a),
  },
  {
    name: 'a sum that is taken away again',
    dtype: 'float64',
    inputs: [{ shape: [2, 3] }],
    build: ([x]) => sub(exp(x), reduceSum(exp(x), [1], 1)),
  },
  {
    name: 'a value whose own gradient and that through it are asked for',
    dtype: 'float64',
    inputs: [{ shape: [4] }],
    build: ([x]) => reduceSum(mul(reshape(x, [2, 2]), scalarLike(x, 3)), [0, 1]),
  },
  {
    name: 'through float32 and back',
    dtype: 'float32',
    inputs: [{ shape: [3], dtype: 'float64' }, { shape: [3] }],
    build: ([x, y]) => cast(add(cast(x, 'float32'), y), 'float64'),
  },
];
