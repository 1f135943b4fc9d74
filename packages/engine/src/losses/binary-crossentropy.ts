/**
 * Binary cross-entropy from logits, the mean over the units (Keras' BinaryCrossentropy):
 *
 * −t · ln σ(z) − (1 − t) · ln σ(−z) = t · softplus(−z) + (1 − t) · softplus(z)
 *
 * No term is a difference of large numbers, so that small losses and gradients keep their digits.
 */
import type { Value } from '../graph/graph.js';
import { add } from '../ops/add.js';
import { scalarLike } from '../ops/elementwise.js';
import { mul } from '../ops/mul.js';
import { neg } from '../ops/neg.js';
import { reduceMean } from '../ops/reduce-mean.js';
import { softplus } from '../ops/softplus.js';
import { sub } from '../ops/sub.js';
import { smoothBinary } from './label-smoothing.js';
import type { LossDefinition, LossOf } from './loss.js';

export const binaryCrossentropyLoss: LossDefinition<LossOf<'binary_crossentropy'>> = {
  type: 'binary_crossentropy',
  summary: 'Cross-entropy of one sigmoid per unit: two classes, several labels, or each class against the rest',
  smoothing: true,
  expects: 'a model of classes or labels that ends in "sigmoid"',
  fits: ({ task, activation }) => task !== 'regression' && activation === 'sigmoid',
  rows: ({ logits, targets, labelSmoothing }) =>
    reduceMean(binaryCrossentropy(logits, smoothBinary(targets, labelSmoothing)), [1]),
};

/** @returns the loss of each unit, of the shape of both */
export function binaryCrossentropy(logits: Value, targets: Value): Value {
  const others = sub(scalarLike(targets, 1), targets);
  return add(mul(targets, softplus(neg(logits))), mul(others, softplus(logits)));
}
