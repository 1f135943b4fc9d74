/** From a stored checkpoint to the ONNX file that it is exported as: images in, probabilities out. */
import type { DatasetStats, ImageFit, ImageSize, Training } from '@trainyard/contracts';
import {
  buildModel,
  compilePredictor,
  type PredictorGraph,
  parseModelSpec,
  preprocessingFor,
  summarizeModel,
} from '@trainyard/engine';
import type { ObjectStore } from '@trainyard/storage';
import { readCheckpoint } from '../checkpoint-file.js';

/** A checkpoint's file, and what its network was trained with. */
export interface TrainedCheckpoint {
  storageKey: string;
  /** `sha256:` and the hash of the file. */
  digest: string;
  spec: unknown;
  training: Pick<Training, 'normalization'>;
  dataset: { classes: string[]; image: ImageSize; fit: ImageFit; stats: DatasetStats };
}

/** A compiled predictor with the size and the fit that its images are brought to, and its classes in order. */
export interface CompiledPredictor {
  graph: PredictorGraph;
  image: ImageSize & { fit: ImageFit };
  labels: readonly string[];
}

/** Throws `checkpoint_corrupt` where the file is gone or does not match its digest. */
export async function compileCheckpoint(store: ObjectStore, trained: TrainedCheckpoint): Promise<CompiledPredictor> {
  const { tensors } = await readCheckpoint(store, { key: trained.storageKey, digest: trained.digest });
  const { classes: labels, image: stored, fit, stats } = trained.dataset;
  const model = buildModel(parseModelSpec(trained.spec), { image: stored, classes: labels.length });
  const { image } = summarizeModel(model, 1);
  const graph = compilePredictor(model, {
    parameters: new Map([...tensors].map(([name, tensor]) => [name, tensor.data])),
    preprocessing: preprocessingFor(trained.training.normalization, stats, image.channels),
    labels,
    fit,
    metadata: { producer: 'trainyard' },
  });
  return { graph, image: { ...image, fit }, labels };
}
