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
import { targetsOf } from './targets.js';

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

/**
 * @param logits float32 [N, classes]
 * @param labels int32 [N], the class of each row
 * @returns the loss of each row, float32 [N]
 */
export function categoricalCrossentropy(logits: Value, labels: Value): Value {
  const head = { task: 'multiclass', units: logits.shape[1], activation: 'softmax' } as const;
  return crossentropy(logits, targetsOf(labels, head));
}
