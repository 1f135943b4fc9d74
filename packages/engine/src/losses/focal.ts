/**
 * Focal loss (Lin et al. 2017, arXiv:1708.02002): cross-entropy that counts less where the model is right already. As
 * Keras has it, always balanced by alpha:
 *
 * - softmax (CategoricalFocalCrossentropy): Σ over the classes of −α · (1 − p)^γ · t · ln p
 * - sigmoid (BinaryFocalCrossentropy with class balancing): mean over the units of a · (1 − q)^γ · BCE(t, p), where
 *   q = t · p + (1 − t) · (1 − p) and a = t · α + (1 − t) · (1 − α)
 *
 * Unlike Keras, which keeps probabilities 1e-7 away from 0 and 1, the losses of very wrong rows go on growing.
 */
import type { Value } from '../graph/graph.js';
import { add } from '../ops/add.js';
import { clip } from '../ops/clip.js';
import { scalarLike } from '../ops/elementwise.js';
import { exp } from '../ops/exp.js';
import { log } from '../ops/log.js';
import { logSoftmax } from '../ops/log-softmax.js';
import { mul } from '../ops/mul.js';
import { neg } from '../ops/neg.js';
import { reduceMean } from '../ops/reduce-mean.js';
import { reduceSum } from '../ops/reduce-sum.js';
import { sigmoid } from '../ops/sigmoid.js';
import { sub } from '../ops/sub.js';
import { binaryCrossentropy } from './binary-crossentropy.js';
import { smoothBinary, smoothOverClasses } from './label-smoothing.js';
import type { LossDefinition, LossInput, LossOf } from './loss.js';

type Focal = LossOf<'focal'>;

/** Below it (1 − p)^γ is as good as zero, yet its logarithm and slope are still finite in float32. */
const SMALLEST = 1e-30;

export const focalLoss: LossDefinition<Focal> = {
  type: 'focal',
  summary: 'Cross-entropy that counts less where the model is right already; for classes of very different sizes',
  smoothing: true,
  expects: 'a model of classes that ends in "softmax", or one of classes or labels that ends in "sigmoid"',
  fits: ({ task, activation }) =>
    activation === 'softmax' ? task === 'multiclass' : activation === 'sigmoid' && task !== 'regression',
  rows: (input, options) =>
    input.head.activation === 'softmax' ? categorical(input, options) : binary(input, options),
};

function categorical({ logits, targets, labelSmoothing }: LossInput, { gamma, alpha }: Focal): Value {
  const logProbabilities = logSoftmax(logits, 1);
  const missing = sub(scalarLike(logits, 1), exp(logProbabilities));
  const crossentropy = neg(mul(logProbabilities, smoothOverClasses(targets, labelSmoothing)));
  const weighted = focused(crossentropy, missing, gamma);
  return mul(reduceSum(weighted, [1]), scalarLike(logits, alpha));
}

function binary({ logits, targets, labelSmoothing }: LossInput, { gamma, alpha }: Focal): Value {
  const smoothed = smoothBinary(targets, labelSmoothing);
  const others = sub(scalarLike(smoothed, 1), smoothed);
  // 1 − q, without a difference of nearly equal numbers.
  const missing = add(mul(smoothed, sigmoid(neg(logits))), mul(others, sigmoid(logits)));
  const balance = add(mul(smoothed, scalarLike(logits, alpha)), mul(others, scalarLike(logits, 1 - alpha)));
  const crossentropy = binaryCrossentropy(logits, smoothed);
  return reduceMean(mul(balance, focused(crossentropy, missing, gamma)), [1]);
}

/** loss · missing^γ, for `missing` from 0 to 1. */
function focused(loss: Value, missing: Value, gamma: number): Value {
  if (gamma === 0) return loss;
  const power = exp(mul(log(clip(missing, { min: SMALLEST })), scalarLike(missing, gamma)));
  return mul(power, loss);
}
