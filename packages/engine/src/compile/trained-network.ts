/** The network of a trained job, built again from what is stored about it. */
import type { ImageFit, Normalization } from '@trainyard/contracts';
import { buildModel } from '../model/build.js';
import { type DescribedDataset, dataShapeOf } from '../model/data-shape.js';
import type { Model } from '../model/model.js';
import type { NamedTensor } from '../safetensors.js';
import { parseModelSpec } from '../spec/parse.js';
import { type Preprocessing, preprocessingFor } from './preprocessing.js';
import { servedParameters } from './state.js';

export interface TrainedModel {
  readonly spec: unknown;
  readonly normalization: Normalization;
  /** Of the data set that it was trained on; `image` is what counts where the specification has no input size. */
  readonly dataset: DescribedDataset & { readonly fit: ImageFit };
}

export interface TrainedWeights {
  readonly model: Model;
  /** The weights that it is used with, by name. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
  readonly preprocessing: Preprocessing;
}

/** @param tensors of a checkpoint; those of the optimizer are left out */
export function buildTrained(
  { spec, normalization, dataset }: TrainedModel,
  tensors: ReadonlyMap<string, NamedTensor>,
): TrainedWeights {
  const model = buildModel(parseModelSpec(spec), dataShapeOf(dataset, normalization));
  return {
    model,
    parameters: new Map([...servedParameters(tensors)].map(([name, { data }]) => [name, data])),
    preprocessing: preprocessingFor(normalization, dataset.stats, model.image.channels),
  };
}
