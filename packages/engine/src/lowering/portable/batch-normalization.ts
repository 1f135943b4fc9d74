/**
 * BatchNormalization in the centred form, whose variance keeps its digits where the mean is far from 0. Over x run one
 * mean, one difference and one mean of squares (on the CPU a product and a mean take less than ReduceSumSquare), each over
 * height and width first; what is left is [N, C].
 */
import type { Value } from '../../graph/graph.js';
import { add } from '../../ops/add.js';
import type { BatchNormalizationAttributes } from '../../ops/batch-normalization.js';
import { scalarLike } from '../../ops/elementwise.js';
import { mul } from '../../ops/mul.js';
import { reduceMean } from '../../ops/reduce-mean.js';
import { reduceSum } from '../../ops/reduce-sum.js';
import { sub } from '../../ops/sub.js';
import { attributesOf } from '../attributes.js';
import type { LoweringRule } from '../lower.js';
import { inverseDeviation, perChannel, rowShares } from './batch-statistics.js';

export const lowerBatchNormalization: LoweringRule = ([x, scale, bias, rowWeights], node) => {
  const { epsilon } = attributesOf<BatchNormalizationAttributes>(node);
  const [rows] = x.shape;
  const shares = rowWeights ? rowShares(rowWeights) : null;
  const overRows = (perRow: Value) =>
    shares ? reduceSum(mul(perRow, shares), [0]) : mul(reduceSum(perRow, [0]), scalarLike(x, 1 / rows));
  const mean = overRows(reduceMean(x, [2, 3]));
  const centred = sub(x, perChannel(mean));
  const variance = overRows(reduceMean(mul(centred, centred), [2, 3]));
  const factor = mul(scale, inverseDeviation(variance, epsilon));
  const y = add(mul(centred, perChannel(factor)), perChannel(bias));
  return [y, mean, variance];
};
