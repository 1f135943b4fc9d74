/** What both passes of batch normalisation need: shares of the rows, 1 / √variance, and statistics beside an image. */
import type { Value } from '../../graph/graph.js';
import { add } from '../../ops/add.js';
import { div } from '../../ops/div.js';
import { scalarLike } from '../../ops/elementwise.js';
import { reduceSum } from '../../ops/reduce-sum.js';
import { reshape } from '../../ops/reshape.js';
import { sqrt } from '../../ops/sqrt.js';

/** [N, 1]: w / Σ w. */
export function rowShares(rowWeights: Value): Value {
  return reshape(div(rowWeights, reduceSum(rowWeights, [0])), [rowWeights.shape[0], 1]);
}

/** 1 / √(variance + epsilon). */
export function inverseDeviation(variance: Value, epsilon: number): Value {
  return div(scalarLike(variance, 1), sqrt(add(variance, scalarLike(variance, epsilon))));
}

/** [C] as [1, C, 1, 1]. */
export function perChannel(value: Value): Value {
  return reshape(value, [1, value.shape[0], 1, 1]);
}

/** [C] or [N, C] as [1 or N, C, 1, 1]. */
export function perRow(value: Value): Value {
  const [rows, channels] = value.shape.length === 1 ? [1, value.shape[0]] : value.shape;
  return reshape(value, [rows, channels, 1, 1]);
}
