// Elementwise operations: functions of one number, and arithmetic with every way of broadcasting.
import type { Value } from '../../../packages/engine/src/graph/graph.js';
import type { Shape } from '../../../packages/engine/src/graph/tensor-type.js';
import { abs } from '../../../packages/engine/src/ops/abs.js';
import { add } from '../../../packages/engine/src/ops/add.js';
import { cast } from '../../../packages/engine/src/ops/cast.js';
import { clip } from '../../../packages/engine/src/ops/clip.js';
import { div } from '../../../packages/engine/src/ops/div.js';
import { exp } from '../../../packages/engine/src/ops/exp.js';
import { leakyRelu } from '../../../packages/engine/src/ops/leaky-relu.js';
import { log } from '../../../packages/engine/src/ops/log.js';
import { max } from '../../../packages/engine/src/ops/max.js';
import { min } from '../../../packages/engine/src/ops/min.js';
import { mul } from '../../../packages/engine/src/ops/mul.js';
import { neg } from '../../../packages/engine/src/ops/neg.js';
import { relu } from '../../../packages/engine/src/ops/relu.js';
import { sigmoid } from '../../../packages/engine/src/ops/sigmoid.js';
import { sqrt } from '../../../packages/engine/src/ops/sqrt.js';
import { sub } from '../../../packages/engine/src/ops/sub.js';
import { tanh } from '../../../packages/engine/src/ops/tanh.js';
import { where } from '../../../packages/engine/src/ops/where.js';
import type { GradientCase } from '../gradient-harness.js';
import { anyNumbers, awayFromZero, type Draw, evenSteps, flags, oddSteps, positive } from '../numbers.js';

const SHAPES: readonly Shape[] = [[6], [2, 3], [2, 3, 2, 2], []];

export function unary(
  apply: (x: Value) => Value,
  draw: Draw,
  dtype: GradientCase['dtype'] = 'float64',
): GradientCase[] {
  return SHAPES.map((shape) => ({
    name: `of [${shape}]`,
    dtype,
    inputs: [{ shape, draw }],
    build: ([x]) => apply(x),
  }));
}

const PAIRS: readonly (readonly [Shape, Shape])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3, 4], [4]],
  [
    [2, 3, 4],
    [3, 1],
  ],
  [[3], [2, 1]],
  [
    [2, 1, 4],
    [1, 3, 1],
  ],
  [
    [1, 1],
    [2, 3],
  ],
  [[], [2, 3]],
  [[2, 3], []],
];

export function binary(
  apply: (a: Value, b: Value) => Value,
  second: Draw = anyNumbers,
  first = anyNumbers,
): GradientCase[] {
  return PAIRS.map(([left, right]) => ({
    name: `of [${left}] and [${right}]`,
    dtype: 'float64',
    inputs: [
      { shape: left, draw: first },
      { shape: right, draw: second },
    ],
    build: ([a, b]) => apply(a, b),
  }));
}

const TRIPLES: readonly (readonly [Shape, Shape, Shape])[] = [
  [
    [2, 3],
    [2, 3],
    [2, 3],
  ],
  [[3], [2, 3], []],
  [[2, 1], [3], [2, 3]],
  [[2, 3, 1], [4], [3, 1]],
];

const whereCases: GradientCase[] = TRIPLES.map(([condition, left, right]) => ({
  name: `of [${condition}], [${left}] and [${right}]`,
  dtype: 'float64',
  inputs: [{ shape: condition, draw: flags, dtype: 'bool' }, { shape: left }, { shape: right }],
  build: ([test, a, b]) => where(test, a, b),
}));

const castCases: GradientCase[] = [
  {
    name: 'float32 to float64',
    dtype: 'float32',
    inputs: [{ shape: [2, 3] }],
    build: ([x]) => cast(x, 'float64'),
  },
  {
    name: 'float64 to float32',
    dtype: 'float32',
    inputs: [{ shape: [2, 3], dtype: 'float64' }],
    build: ([x]) => cast(x, 'float32'),
  },
];

const clipCases = [{ min: -1, max: 0.5 }, { min: 0, max: 1 }, { min: -0.5 }, { max: 0.5 }].flatMap((bounds) =>
  (['float32', 'float64'] as const).flatMap((dtype) =>
    unary((x) => clip(x, bounds), oddSteps, dtype).map((one) => ({
      ...one,
      name: `to ${JSON.stringify(bounds)}, ${dtype}, ${one.name}`,
    })),
  ),
);

const leakyCases = [0, 0.01, 0.2, 1].flatMap((alpha) =>
  unary((x) => leakyRelu(x, alpha), awayFromZero, 'float32').map((one) => ({
    ...one,
    name: `slope ${alpha}, ${one.name}`,
  })),
);

export const elementwiseCases = {
  Abs: unary(abs, awayFromZero),
  Add: binary(add),
  Cast: castCases,
  Clip: clipCases,
  Div: binary(div, positive),
  Exp: unary(exp, anyNumbers),
  LeakyRelu: leakyCases,
  Log: unary(log, positive),
  Max: binary(max, oddSteps, evenSteps),
  Min: binary(min, oddSteps, evenSteps),
  Mul: binary(mul),
  Neg: unary(neg, anyNumbers),
  Relu: [...unary(relu, awayFromZero, 'float32'), ...unary(relu, awayFromZero)],
  Sigmoid: unary(sigmoid, anyNumbers),
  Sqrt: unary(sqrt, positive),
  Sub: binary(sub),
  Tanh: unary(tanh, anyNumbers),
  Where: whereCases,
};
