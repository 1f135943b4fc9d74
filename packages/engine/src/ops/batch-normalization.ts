/**
 * Batch normalisation while training (Ioffe and Szegedy, 2015): each channel of x [N, C, H, W] brought to mean 0 and
 * variance 1 over the batch, then scaled and shifted. Rows that only fill up a batch have no part in the statistics.
 *
 *     y = x̂ · scale + bias,  x̂ = (x − mean) · r,  r = 1 / √(variance + epsilon)
 *     mean = Σ w · x / M,  variance = Σ w · (x − mean)² / M,  M = H · W · Σ w
 *
 * with w the weight of a row, 1 where it counts and 0 where it does not. The variance is the biased one.
 */
import type { OpDefinition, Value } from '../graph/graph.js';
import { describeShape, type Shape, ShapeError, sameShape, type TensorType } from '../graph/tensor-type.js';
import { requireFloat } from './elementwise.js';

export interface BatchNormalizationAttributes {
  readonly epsilon: number;
}

/** Inputs (x, scale [C], bias [C], optional row weights [N]), outputs (y, mean [C], variance [C]). */
export const batchNormalizationOp: OpDefinition<BatchNormalizationAttributes> = {
  type: 'BatchNormalization',
  infer(inputs) {
    const [x, scale, bias, rowWeights] = inputs;
    const channels = [x.shape[1]];
    requireImages('BatchNormalization', inputs);
    requireShape('a scale', scale, channels);
    requireShape('a bias', bias, channels);
    if (rowWeights) requireShape('row weights', rowWeights, [x.shape[0]]);
    const statistic = { dtype: x.dtype, shape: channels };
    return [{ dtype: x.dtype, shape: x.shape }, statistic, statistic];
  },
  /** Of y alone: no gradient passes through the statistics that it gives besides. */
  gradient({ inputs: [x, scale, , rowWeights], outputs: [, mean, variance], gradients: [dy], attributes }) {
    if (!dy) return [null, null, null, null];
    const known = [x, scale, mean, variance, dy];
    const inputs = rowWeights ? [...known, rowWeights] : known;
    return [...x.graph.apply(batchNormalizationGradientOp, inputs, attributes), null];
  },
};

/**
 * Inputs (x, scale, mean, variance, dy, optional row weights), outputs (dx, dscale, dbias):
 *
 *     dbias = Σ dy,  dscale = Σ dy · x̂,  dx = scale · r · (dy − w · (dbias + x̂ · dscale) / M)
 *
 * The sums run over all rows: a row that does not count still has an output, which depends on scale and bias.
 */
export const batchNormalizationGradientOp: OpDefinition<BatchNormalizationAttributes> = {
  type: 'BatchNormalizationGradient',
  infer([x, scale]) {
    return [x, scale, scale].map(({ dtype, shape }) => ({ dtype, shape }));
  },
};

function requireImages(op: string, inputs: readonly TensorType[]): void {
  requireFloat(op, inputs);
  if (inputs[0].shape.length !== 4) {
    throw new ShapeError(op, 'an input [batch, channels, height, width]', describeShape(inputs[0].shape));
  }
}

function requireShape(what: string, { shape }: TensorType, expected: Shape): void {
  if (!sameShape(shape, expected)) {
    throw new ShapeError('BatchNormalization', `${what} ${describeShape(expected)}`, describeShape(shape));
  }
}

export interface NormalizedBatch {
  readonly y: Value;
  readonly mean: Value;
  readonly variance: Value;
}

/** @param rowWeights [N] of x's type: 1 for a row that counts, 0 for one that does not; null where all count. */
export function batchNormalization(
  x: Value,
  scale: Value,
  bias: Value,
  rowWeights: Value | null,
  attributes: BatchNormalizationAttributes,
): NormalizedBatch {
  const inputs = rowWeights ? [x, scale, bias, rowWeights] : [x, scale, bias];
  const [y, mean, variance] = x.graph.apply(batchNormalizationOp, inputs, attributes);
  return { y, mean, variance };
}
