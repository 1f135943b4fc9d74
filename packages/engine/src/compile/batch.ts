/** The inputs through which labelled images come into a graph. */
import type { Graph, Value } from '../graph/graph.js';
import type { DType, Shape } from '../graph/tensor-type.js';
import type { Head } from '../model/head.js';
import type { Model } from '../model/model.js';

export interface BatchInputs {
  /** uint8 [N, C, H, W]. */
  readonly images: Value;
  /** int32 [N], the class of each row, or float32 [N, width]: 0 or 1 for each label, or the targets of a regression. */
  readonly labels: Value;
}

/** Type of the labels that a model is trained on. */
export function labelType(
  { task, units }: Head,
  batchSize: number,
): { dtype: DType & ('int32' | 'float32'); shape: Shape } {
  if (task === 'multiclass' || task === 'binary') return { dtype: 'int32', shape: [batchSize] };
  return { dtype: 'float32', shape: [batchSize, units] };
}

export function declareBatch(graph: Graph, { image, head }: Model, batchSize: number): BatchInputs {
  const { dtype, shape } = labelType(head, batchSize);
  return {
    images: graph.input('images', 'uint8', [batchSize, image.channels, image.height, image.width]),
    labels: graph.input('labels', dtype, shape),
  };
}
