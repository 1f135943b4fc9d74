/** What a training minimises: the rows' losses and the penalties on weights. Training and evaluation share it. */
import type { Loss } from '@trainyard/contracts';
import type { Value } from '../graph/graph.js';
import { lossFor } from '../losses/index.js';
import { targetsOf } from '../losses/targets.js';
import type { ForwardResult } from '../model/forward.js';
import type { Model } from '../model/model.js';
import { parameterName } from '../model/parameters.js';
import { add } from '../ops/add.js';
import { gemm } from '../ops/gemm.js';
import { mul } from '../ops/mul.js';
import { reshape } from '../ops/reshape.js';
import { penalty } from '../regularizers/regularizer.js';

export interface ObjectiveOptions {
  readonly loss: Loss;
  readonly labelSmoothing?: number;
}

/** The loss of each row, float32 [N]. */
export function rowLosses(
  { head }: Model,
  { logits, outputs }: ForwardResult,
  labels: Value,
  { loss, labelSmoothing = 0 }: ObjectiveOptions,
): Value {
  return lossFor(loss).rows({ logits, outputs, targets: targetsOf(labels, head), labelSmoothing, head });
}

/** The weight of each row's class, float32 [N]. For a model with one output, `weights` are those of class 0 and 1. */
export function rowClassWeights({ head }: Model, labels: Value, weights: readonly number[]): Value {
  const targets = targetsOf(labels, head);
  const { graph, shape } = targets;
  const [batch, units] = shape;
  if (head.task === 'binary') {
    const [negative, positive] = weights;
    return reshape(add(mul(targets, graph.scalar(positive - negative)), graph.scalar(negative)), [batch]);
  }
  const column = graph.constant('float32', [units, 1], Float32Array.from(weights));
  return reshape(gemm(targets, column), [batch]);
}

/** The sum of the penalties on the model's weights, float32 []; null where there are none. */
export function weightPenalty(model: Model, parameters: ReadonlyMap<string, Value>): Value | null {
  const terms = model.parameters.flatMap((parameter) => {
    const weight = parameters.get(parameterName(parameter));
    return weight && parameter.regularizer ? [penalty(parameter.regularizer, weight)] : [];
  });
  return terms.length === 0 ? null : terms.reduce((sum, term) => add(sum, term));
}
