/** What the answers of a trained model are, which its specification decides where the data has two classes. */
import type { PredictionTask } from '@trainyard/contracts';
import type { TrainedModel } from '@trainyard/db';
import { buildModel, dataShapeOf, parseModelSpec } from '@trainyard/engine';

export function predictionTask({ dataset, spec, training }: TrainedModel): PredictionTask {
  if (dataset.task !== 'multiclass' || dataset.classes.length !== 2) return dataset.task;
  return buildModel(parseModelSpec(spec), dataShapeOf(dataset, training.normalization)).head.task;
}
