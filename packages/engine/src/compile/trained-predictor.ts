/** The predictor of a trained job, from what is stored about it. The API exports this file and the endpoints run it. */
import { type ImageFit, type ImageSize, type Normalization, outputNames } from '@trainyard/contracts';
import { buildModel } from '../model/build.js';
import { type DescribedDataset, dataShapeOf } from '../model/data-shape.js';
import type { Task } from '../model/head.js';
import type { NamedTensor } from '../safetensors.js';
import { parseModelSpec } from '../spec/parse.js';
import { compilePredictor, type PredictorGraph } from './predictor.js';
import { preprocessingFor } from './preprocessing.js';
import { servedParameters } from './state.js';

export interface TrainedModel {
  readonly spec: unknown;
  readonly normalization: Normalization;
  /** Of the data set that it was trained on; `image` is what counts where the specification has no input size. */
  readonly dataset: DescribedDataset & { readonly fit: ImageFit };
}

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
  { spec, normalization, dataset }: TrainedModel,
  tensors: ReadonlyMap<string, NamedTensor>,
): TrainedPredictor {
  const { fit, stats } = dataset;
  const labels = outputNames(dataset);
  const model = buildModel(parseModelSpec(spec), dataShapeOf(dataset, normalization));
  const graph = compilePredictor(model, {
    parameters: new Map([...servedParameters(tensors)].map(([name, { data }]) => [name, data])),
    preprocessing: preprocessingFor(normalization, stats, model.image.channels),
    labels,
    fit,
  });
  return { graph, image: { ...model.image, fit }, labels, task: model.head.task };
}
