/**
 * Categorical cross-entropy from logits: −ln softmax(z)[label], which stays finite where a probability underflows.
 */
import type { Value } from '../graph/graph.js';
import { cast } from '../ops/cast.js';
import { equal } from '../ops/equal.js';
import { logSoftmax } from '../ops/log-softmax.js';
import { mul } from '../ops/mul.js';
import { neg } from '../ops/neg.js';
import { reduceSum } from '../ops/reduce-sum.js';
import { reshape } from '../ops/reshape.js';

/**
 * @param logits float32 [N, classes]
 * @param labels int32 [N], the class of each row
 * @returns the loss of each row, float32 [N]
 */
export function categoricalCrossentropy(logits: Value, labels: Value): Value {
  const [batch, classes] = logits.shape;
  const indices = Int32Array.from({ length: classes }, (_, i) => i);
  const everyClass = logits.graph.constant('int32', [1, classes], indices);
  const oneHot = cast(equal(reshape(labels, [batch, 1]), everyClass), 'float32');
  return neg(reduceSum(mul(logSoftmax(logits, 1), oneHot), [1]));
}
