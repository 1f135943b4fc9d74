/** The network of a stored checkpoint, built again for an analysis: its model, its weights and how its images are prepared. */
import { type ExecutionPlan, outputNames, type TrainedModelTask } from '@trainyard/contracts';
import {
  buildModel,
  compileEvaluation,
  dataShapeOf,
  evaluationBatch,
  type MetricContext,
  type Model,
  metricContext,
  type Preprocessing,
  parseModelSpec,
  preprocessingFor,
  servedParameters,
} from '@trainyard/engine';
import type { ObjectStore } from '@trainyard/storage';
import { readCheckpoint } from '../checkpoint-file.js';
import { Evaluator } from '../evaluate.js';

export interface TrainedNetwork {
  model: Model;
  /** All float32 tensors of the checkpoint by name: weights, running statistics, slots and averages. */
  tensors: ReadonlyMap<string, Float32Array>;
  /** Those that the trained model is used with, by the names of its parameters. */
  parameters: ReadonlyMap<string, Float32Array>;
  preprocessing: Preprocessing;
  context: MetricContext;
}

/** Throws `checkpoint_corrupt` where its file is gone or damaged. */
export async function openTrainedModel(store: ObjectStore, task: TrainedModelTask): Promise<TrainedNetwork> {
  const { checkpoint, spec, training, dataset } = task;
  const model = buildModel(parseModelSpec(spec), dataShapeOf(dataset, training.normalization));
  const stored = await readCheckpoint(store, checkpoint);
  const tensors = new Map([...stored.tensors].map(([name, { data }]) => [name, data]));
  return {
    model,
    tensors,
    parameters: servedParameters(tensors),
    preprocessing: preprocessingFor(training.normalization, dataset.stats, model.image.channels),
    context: metricContext(model, outputNames(dataset)),
  };
}

/** A session that predicts the images of a split, and measures the training's own loss and metrics. */
export function openEvaluator(
  { model, preprocessing, context }: TrainedNetwork,
  { training }: Pick<TrainedModelTask, 'training'>,
  plan: Pick<ExecutionPlan, 'device' | 'threads'>,
): Promise<Evaluator> {
  const graph = compileEvaluation(model, {
    loss: training.loss,
    labelSmoothing: training.label_smoothing,
    batchSize: evaluationBatch(training.batch_size),
    preprocessing,
  });
  return Evaluator.open(graph, plan, { metrics: training.metrics, context });
}
