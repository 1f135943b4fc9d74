// Operations that activations are made of, at points away from their kinks.
import type { Shape } from '../../../packages/engine/src/graph/tensor-type.js';
import { scalarLike } from '../../../packages/engine/src/ops/elementwise.js';
import { elu } from '../../../packages/engine/src/ops/elu.js';
import { erf } from '../../../packages/engine/src/ops/erf.js';
import { hardSigmoid } from '../../../packages/engine/src/ops/hard-sigmoid.js';
import { pow } from '../../../packages/engine/src/ops/pow.js';
import { prelu } from '../../../packages/engine/src/ops/prelu.js';
import { selu } from '../../../packages/engine/src/ops/selu.js';
import { softplus } from '../../../packages/engine/src/ops/softplus.js';
import type { GradientCase } from '../gradient-harness.js';
import { anyNumbers, awayFromZero, oddSteps, positive } from '../numbers.js';
import { binary, unary } from './elementwise.js';

const eluCases = [0, 0.3, 1, 2].flatMap((alpha) =>
  unary((x) => elu(x, alpha), awayFromZero).map((one) => ({ ...one, name: `alpha ${alpha}, ${one.name}` })),
);

/** With kinks at multiples of 0.5. */
const hardSigmoidCases = [
  { alpha: 1, beta: 0.5 },
  { alpha: 0.5, beta: 0.75 },
  { alpha: 0.25, beta: 0.5 },
].flatMap((attributes) =>
  (['float32', 'float64'] as const).flatMap((dtype) =>
    unary((x) => hardSigmoid(x, attributes), oddSteps, dtype).map((one) => ({
      ...one,
      name: `alpha ${attributes.alpha}, beta ${attributes.beta}, ${dtype}, ${one.name}`,
    })),
  ),
);

/** Negative bases with whole exponents, whose own gradient is not asked for. */
const wholePowers = [1, 2, 3].flatMap((exponent) =>
  unary((x) => pow(x, scalarLike(x, exponent)), anyNumbers).map(
    (one): GradientCase => ({
      ...one,
      name: `exponent ${exponent}, ${one.name}`,
    }),
  ),
);

const SLOPES: readonly (readonly [Shape, Shape])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3]],
  [
    [2, 3, 2, 2],
    [3, 1, 1],
  ],
  [
    [2, 3, 2, 2],
    [3, 2, 1],
  ],
  [[2, 3], []],
];

const preluCases = SLOPES.map(
  ([shape, slope]): GradientCase => ({
    name: `of [${shape}] with the slopes [${slope}]`,
    dtype: 'float64',
    inputs: [{ shape, draw: awayFromZero }, { shape: slope }],
    build: ([x, alpha]) => prelu(x, alpha),
  }),
);

export const activationOpCases = {
  Elu: eluCases,
  Erf: unary(erf, anyNumbers),
  HardSigmoid: hardSigmoidCases,
  Pow: [...binary(pow, anyNumbers, positive), ...wholePowers],
  PRelu: preluCases,
  Selu: unary(selu, awayFromZero),
  Softplus: unary(softplus, anyNumbers),
};
