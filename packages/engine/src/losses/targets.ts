/** What a loss compares a model's outputs with, and what the outside gets of them. */
import type { Value } from '../graph/graph.js';
import { describeShape, ShapeError } from '../graph/tensor-type.js';
import type { Head } from '../model/head.js';
import { add } from '../ops/add.js';
import { cast } from '../ops/cast.js';
import { concat } from '../ops/concat.js';
import { div } from '../ops/div.js';
import { scalarLike } from '../ops/elementwise.js';
import { equal } from '../ops/equal.js';
import { mul } from '../ops/mul.js';
import { reshape } from '../ops/reshape.js';
import { sigmoid } from '../ops/sigmoid.js';
import { softmax } from '../ops/softmax.js';
import { sub } from '../ops/sub.js';

/**
 * @param labels int32 [N], the class of each row (multiclass, binary), or float32 [N, units] (multilabel, regression)
 * @returns float32 [N, units]: one-hot; 0 or 1 where binary; (label − mean) / deviation where the head has a scale; else
 * the labels themselves
 * @throws ShapeError where the labels are not of the task's kind
 */
export function targetsOf(labels: Value, { task, units, targets }: Head): Value {
  if (task === 'multilabel' || task === 'regression') {
    requireLabels(labels, 'float32', [labels.shape[0], units]);
    return targets ? div(sub(labels, row(labels, targets.mean)), row(labels, deviations(targets.std))) : labels;
  }
  const [batch] = labels.shape;
  requireLabels(labels, 'int32', [batch]);
  const column = reshape(labels, [batch, 1]);
  if (task === 'binary') return cast(column, 'float32');
  const indices = Int32Array.from({ length: units }, (_, i) => i);
  return cast(equal(column, labels.graph.constant('int32', [1, units], indices)), 'float32');
}

function requireLabels(labels: Value, dtype: 'int32' | 'float32', shape: readonly number[]): void {
  if (labels.dtype === dtype && describeShape(labels.shape) === describeShape(shape)) return;
  throw new ShapeError('targets', `${dtype} ${describeShape(shape)}`, `${labels.dtype} ${describeShape(labels.shape)}`);
}

/** A target that never varies is left as it is, but for its mean. */
function deviations(std: readonly number[]): number[] {
  return std.map((deviation) => (deviation > 0 ? deviation : 1));
}

function row({ graph }: Value, values: readonly number[]): Value {
  return graph.constant('float32', [1, values.length], Float32Array.from(values));
}

/**
 * What metrics and predictors see. Scores of a model without softmax or sigmoid (a hinge loss trains such) go through
 * the one that fits the task: their order is right, but they are not calibrated as probabilities. One sigmoid per class
 * stays as it is: its row need not add up to 1. Standardised targets are brought back to their own unit.
 *
 * @param outputs [N, units], after the last activation
 * @returns [N, width]: probabilities of the classes (two where binary: of 0 and of 1) or labels; values of a regression
 */
export function predictionsOf(outputs: Value, { task, activation, targets }: Head): Value {
  if (task === 'regression') {
    return targets ? add(mul(outputs, row(outputs, deviations(targets.std))), row(outputs, targets.mean)) : outputs;
  }
  const probabilities = activation === 'softmax' || activation === 'sigmoid';
  if (task === 'multiclass') return probabilities ? outputs : softmax(outputs, 1);
  const positive = activation === 'sigmoid' ? outputs : sigmoid(outputs);
  return task === 'binary' ? concat([sub(scalarLike(positive, 1), positive), positive], 1) : positive;
}
