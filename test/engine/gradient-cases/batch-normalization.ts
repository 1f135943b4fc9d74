// Batch normalisation with and without rows that only fill up the batch.
import type { Value } from '../../../packages/engine/src/graph/graph.js';
import type { Shape } from '../../../packages/engine/src/graph/tensor-type.js';
import { batchNormalization } from '../../../packages/engine/src/ops/batch-normalization.js';
import type { GradientCase } from '../gradient-harness.js';
import { apart, type Draw, positive } from '../numbers.js';

interface Batch {
  readonly shape: Shape;
  readonly epsilon: number;
  readonly rowWeights?: readonly number[];
}

const BATCHES: readonly Batch[] = [
  { shape: [3, 2, 2, 3], epsilon: 1e-3 },
  { shape: [4, 3, 1, 1], epsilon: 0.25 },
  { shape: [1, 2, 3, 2], epsilon: 1e-5 },
  { shape: [3, 2, 2, 3], epsilon: 1e-3, rowWeights: [1, 1, 1] },
  { shape: [4, 2, 3, 2], epsilon: 1e-2, rowWeights: [1, 1, 0, 0] },
  { shape: [3, 3, 2, 2], epsilon: 1e-3, rowWeights: [0, 1, 0] },
  { shape: [5, 2, 1, 1], epsilon: 1e-3, rowWeights: [1, 0, 1, 1, 0] },
];

/** Far off zero, compared with how far they are apart. Channels of few close numbers would curve too much for differences. */
const offset: Draw = (seed, stream, count) => apart(seed, stream, count).map((x) => 20 + x);

function rowWeightsOf({ graph, dtype }: Value, weights: readonly number[] | undefined): Value | null {
  if (!weights) return null;
  return dtype === 'float64'
    ? graph.constant('float64', [weights.length], Float64Array.from(weights))
    : graph.constant('float32', [weights.length], Float32Array.from(weights));
}

function caseOf({ shape, epsilon, rowWeights }: Batch, what: string, draw: Draw): GradientCase {
  // In blocks the variance is a difference of squares.
  const digits = draw === offset ? { toleranceInBlocks: 1e-3 } : {};
  const rows = rowWeights ? `rows ${rowWeights.join('')}` : 'all rows';
  return {
    name: `of ${what}[${shape}], epsilon ${epsilon}, ${rows}`,
    dtype: 'float64',
    inputs: [{ shape, draw }, { shape: [shape[1]], draw: positive }, { shape: [shape[1]] }],
    build: ([x, scale, bias]) => batchNormalization(x, scale, bias, rowWeightsOf(x, rowWeights), { epsilon }).y,
    ...digits,
  };
}

export const batchNormalizationCases = {
  BatchNormalization: [
    ...BATCHES.map((batch) => caseOf(batch, '', apart)),
    ...BATCHES.map((batch) => caseOf(batch, 'numbers far off zero, ', offset)),
  ],
};
