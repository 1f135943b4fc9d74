/** The predictor of a trained job, from what is stored about it. The API exports this file and the endpoints run it. */
import type { DatasetStats, ImageFit, ImageSize, Normalization } from '@trainyard/contracts';
import { buildModel } from '../model/build.js';
import type { NamedTensor } from '../safetensors.js';
import { parseModelSpec } from '../spec/parse.js';
import { compilePredictor, type PredictorGraph } from './predictor.js';
import { preprocessingFor } from './preprocessing.js';

export interface TrainedModel {
  readonly spec: unknown;
  readonly normalization: Normalization;
  /** Of the data set that it was trained on; `image` is what counts where the specification has no input size. */
  readonly dataset: {
    readonly classes: readonly string[];
    readonly image: ImageSize;
    readonly fit: ImageFit;
    readonly stats: DatasetStats;
  };
}

export interface TrainedPredictor {
  readonly graph: PredictorGraph;
  /** What images are brought to before they go in. */
  readonly image: ImageSize & { readonly fit: ImageFit };
  readonly labels: readonly string[];
}

/** @param tensors of a checkpoint; those of the optimizer are left out of the file */
export function compileTrainedPredictor(
  { spec, normalization, dataset }: TrainedModel,
  tensors: ReadonlyMap<string, NamedTensor>,
): TrainedPredictor {
  const { classes: labels, fit, stats } = dataset;
  const model = buildModel(parseModelSpec(spec), { image: dataset.image, classes: labels.length });
  const graph = compilePredictor(model, {
    parameters: new Map([...tensors].map(([name, { data }]) => [name, data])),
    preprocessing: preprocessingFor(normalization, stats, model.image.channels),
    labels,
    fit,
  });
  return { graph, image: { ...model.image, fit }, labels };
}
