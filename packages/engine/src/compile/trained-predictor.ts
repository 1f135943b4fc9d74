/** The predictor of a trained job, from what is stored about it. The API exports this file and the endpoints run it. */
import { type ImageFit, type ImageSize, outputNames } from '@trainyard/contracts';
import type { Task } from '../model/head.js';
import type { NamedTensor } from '../safetensors.js';
import { compilePredictor, type PredictorGraph } from './predictor.js';
import { buildTrained, type TrainedModel } from './trained-network.js';

export interface TrainedPredictor {
  readonly graph: PredictorGraph;
  /** What images are brought to before they go in. */
  readonly image: ImageSize & { readonly fit: ImageFit };
  /** Classes, labels or targets, in the order of the outputs. */
  readonly labels: readonly string[];
  readonly task: Task;
}

/** @param tensors of a checkpoint; those of the optimizer are left out of the file */
export function compileTrainedPredictor(
  trained: TrainedModel,
  tensors: ReadonlyMap<string, NamedTensor>,
): TrainedPredictor {
  const { fit } = trained.dataset;
  const labels = outputNames(trained.dataset);
  const { model, parameters, preprocessing } = buildTrained(trained, tensors);
  const graph = compilePredictor(model, { parameters, preprocessing, labels, fit });
  return { graph, image: { ...model.image, fit }, labels, task: model.head.task };
}
