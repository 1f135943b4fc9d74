// A graph of one loss alone: logits and labels in, the loss of each row out.
import type { Loss } from '@trainyard/contracts';
import { Graph, type Value } from '../../packages/engine/src/graph/graph.js';
import type { DType } from '../../packages/engine/src/graph/tensor-type.js';
import { lossFor } from '../../packages/engine/src/losses/index.js';
import { targetsOf } from '../../packages/engine/src/losses/targets.js';
import type { Head } from '../../packages/engine/src/model/head.js';
import { sigmoid } from '../../packages/engine/src/ops/sigmoid.js';
import { softmax } from '../../packages/engine/src/ops/softmax.js';
import { tanh } from '../../packages/engine/src/ops/tanh.js';

const ENDS: Readonly<Record<string, (logits: Value) => Value>> = {
  softmax: (logits) => softmax(logits, 1),
  sigmoid,
  tanh,
  linear: (logits) => logits,
};

/** The outputs of a head whose logits are given. */
export function outputsOf(logits: Value, { activation }: Head): Value {
  return ENDS[activation](logits);
}

/** Labels as the host gives them: class indices, or numbers for each unit. */
export function labelType({ task, units }: Head, batch: number): { dtype: DType; shape: number[] } {
  const indices = task === 'multiclass' || task === 'binary';
  return indices ? { dtype: 'int32', shape: [batch] } : { dtype: 'float32', shape: [batch, units] };
}

/** Inputs `logits` and `labels`. */
export function lossGraph(loss: Loss, head: Head, batch: number, labelSmoothing: number) {
  const graph = new Graph();
  const logits = graph.input('logits', 'float32', [batch, head.units]);
  const { dtype, shape } = labelType(head, batch);
  const targets = targetsOf(graph.input('labels', dtype, shape), head);
  const rows = lossFor(loss).rows({ logits, outputs: outputsOf(logits, head), targets, labelSmoothing, head });
  return { graph, logits, rows };
}
