/** BatchNormalizationGradient: sums over height and width first, then over rows; four passes over x make dx of them. */
import type { Value } from '../../graph/graph.js';
import { add } from '../../ops/add.js';
import type { BatchNormalizationAttributes } from '../../ops/batch-normalization.js';
import { scalarLike } from '../../ops/elementwise.js';
import { mul } from '../../ops/mul.js';
import { reduceSum } from '../../ops/reduce-sum.js';
import { sub } from '../../ops/sub.js';
import { attributesOf } from '../attributes.js';
import type { LoweringRule } from '../lower.js';
import { inverseDeviation, perChannel, perRow, rowShares } from './batch-statistics.js';

/** dx = factor · dy − (slope · (x − mean) + offset), with one slope and offset for each row and channel. */
export const lowerBatchNormalizationGradient: LoweringRule = ([x, scale, mean, variance, dy, rowWeights], node) => {
  const { epsilon } = attributesOf<BatchNormalizationAttributes>(node);
  const [rows, , height, width] = x.shape;
  const centred = sub(x, perChannel(mean));
  const inverse = inverseDeviation(variance, epsilon);
  const biasGradient = reduceSum(reduceSum(dy, [2, 3]), [0]);
  const scaleGradient = mul(reduceSum(reduceSum(mul(dy, centred), [2, 3]), [0]), inverse);

  const factor = mul(scale, inverse);
  const share = rowWeights
    ? mul(rowShares(rowWeights), scalarLike(x, 1 / (height * width)))
    : scalarLike(x, 1 / (rows * height * width));
  const onRows = (perChannelFactor: Value) => perRow(mul(share, perChannelFactor));
  const slope = onRows(mul(mul(factor, inverse), scaleGradient));
  const offset = onRows(mul(factor, biasGradient));
  const correction = add(mul(centred, slope), offset);
  return [sub(mul(dy, perChannel(factor)), correction), scaleGradient, biasGradient];
};
