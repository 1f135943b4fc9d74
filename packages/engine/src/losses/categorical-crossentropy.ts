/**
 * Categorical cross-entropy from logits: −Σ t · ln softmax(z), which stays finite where a probability underflows. The
 * sparse form of Keras is the same loss: class indices become one-hot targets before any loss sees them.
 */
import type { Value } from '../graph/graph.js';
import { logSoftmax } from '../ops/log-softmax.js';
import { mul } from '../ops/mul.js';
import { neg } from '../ops/neg.js';
import { reduceSum } from '../ops/reduce-sum.js';
import { smoothOverClasses } from './label-smoothing.js';
import type { LossDefinition, LossInput, LossOf } from './loss.js';

const definition = {
  smoothing: true,
  expects: 'a multiclass model that ends in "softmax"',
  fits: ({ task, activation }) => task === 'multiclass' && activation === 'softmax',
  rows: ({ logits, targets, labelSmoothing }: LossInput) =>
    crossentropy(logits, smoothOverClasses(targets, labelSmoothing)),
} satisfies Partial<LossDefinition>;

export const categoricalCrossentropyLoss: LossDefinition<LossOf<'categorical_crossentropy'>> = {
  type: 'categorical_crossentropy',
  summary: 'Cross-entropy of softmax probabilities and the class',
  ...definition,
};

export const sparseCategoricalCrossentropyLoss: LossDefinition<LossOf<'sparse_categorical_crossentropy'>> = {
  type: 'sparse_categorical_crossentropy',
  summary: 'Another name of categorical_crossentropy: labels are class indices in both',
  ...definition,
};

function crossentropy(logits: Value, targets: Value): Value {
  return neg(reduceSum(mul(logSoftmax(logits, 1), targets), [1]));
}
