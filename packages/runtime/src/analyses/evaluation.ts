/** Predicts every image of a split with a trained model and says how good the predictions are. */
import { evaluatePredictions, type LabelledPredictions, temperatureScaling } from '@trainyard/analysis';
import {
  type EvaluationResult,
  type EvaluationTask,
  outputNames,
  type Split,
  TrainyardError,
} from '@trainyard/contracts';
import { packDataset, readSplitImages } from '@trainyard/datasets';
import type { Evaluator } from '../evaluate.js';
import type { AnalystTools } from './analyst.js';
import { writeEvaluation } from './evaluation-files.js';
import { matchedSplit } from './matched-split.js';
import { predictSplit, type SplitPredictions } from './predict-split.js';
import { openEvaluator, openTrainedModel, type TrainedNetwork } from './trained-model.js';

/** Parts of the whole: the rest is for figures and files. */
const PREDICTING = 0.9;
const STEPS = 20;

export async function evaluate(task: EvaluationTask, tools: AnalystTools): Promise<void> {
  const { store, threads } = tools;
  const network = await openTrainedModel(store, task.model);
  const evaluator = await openEvaluator(network, task.model, { device: 'cpu', threads });
  try {
    await evaluateWith({ task, network, evaluator, tools });
  } finally {
    await evaluator.release();
  }
}

interface Evaluation {
  task: EvaluationTask;
  network: TrainedNetwork;
  evaluator: Evaluator;
  tools: AnalystTools;
}

async function evaluateWith(evaluation: Evaluation): Promise<void> {
  const { task, tools } = evaluation;
  const images = await readSplitImages(tools.store, task.dataset.id, task.split);
  const share = task.temperature_scaling ? PREDICTING / 2 : PREDICTING;
  await withSplit(evaluation, task.dataset.id, task.split, { from: 0, to: share }, async (rows, predicted, split) => {
    const fileOf = (row: number) => images[row].file;
    const scaling = task.temperature_scaling ? await scale(evaluation, rows) : null;
    const result: EvaluationResult = {
      ...evaluatePredictions(rows, fileOf),
      split: task.split,
      metrics: predicted.metrics,
      ...(scaling ? { temperature_scaling: scaling } : {}),
    };
    await writeEvaluation(tools.store, task.analysis_id, {
      result,
      rows,
      images,
      split,
      image: evaluation.network.model.image,
    });
  });
}

/** Fitted on the validation split of the data that the model learned from: on that it has not learned from. */
async function scale(evaluation: Evaluation, rows: LabelledPredictions) {
  const { task } = evaluation;
  const part = { from: PREDICTING / 2, to: PREDICTING };
  if (task.split === 'validation' && task.dataset.id === task.model.dataset.id) {
    return temperatureScaling({ ...rows, split: 'validation' }, rows);
  }
  return withSplit(evaluation, task.model.dataset.id, 'validation', part, async (validation) =>
    temperatureScaling({ ...validation, split: 'validation' }, rows),
  );
}

type Use<T> = (
  rows: LabelledPredictions,
  predicted: SplitPredictions,
  split: ReturnType<typeof matchedSplit>,
) => Promise<T>;

/** Throws `invalid_dataset` for a split without images. */
async function withSplit<T>(
  { task, network, evaluator, tools }: Evaluation,
  datasetId: string,
  name: Split,
  { from, to }: { from: number; to: number },
  use: Use<T>,
): Promise<T> {
  const { store, signal, report } = tools;
  const data = await packDataset(store, datasetId, { ...network.model.image, fit: task.fit });
  try {
    const split = matchedSplit(task.model.dataset, data, name);
    if (split.count === 0)
      throw new TrainyardError('invalid_dataset', `The data set has no images in its ${name} split.`);
    const measured = { metrics: task.model.training.metrics, context: network.context };
    const progress = sparing((done) => report({ type: 'progress', fraction: from + (to - from) * done }), split.count);
    const predicted = await predictSplit(evaluator, network.tensors, split, measured, { signal, progress });
    const rows: LabelledPredictions = {
      task: network.context.task,
      count: split.count,
      names: outputNames(task.model.dataset),
      predictions: predicted.predictions,
      labels: split.labels,
    };
    return await use(rows, predicted, split);
  } finally {
    await data.close();
  }
}

/** Passes on the share that is done, each time that it has grown by a twentieth. */
function sparing(report: (done: number) => Promise<void>, count: number): (images: number) => Promise<void> {
  let told = 0;
  return async (images) => {
    const step = Math.floor((STEPS * images) / count);
    if (step === told) return;
    told = step;
    await report(images / count);
  };
}
