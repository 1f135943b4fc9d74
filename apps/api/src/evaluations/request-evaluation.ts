/** Checks what is to be evaluated on what, and asks for the evaluation. */
import { matchOutputs } from '@trainyard/analysis';
import { type EvaluationRequest, type Split, TrainyardError } from '@trainyard/contracts';
import type { Analysis, DatasetContent, IdempotencyClaim, TrainedModel } from '@trainyard/db';
import type { FastifyInstance } from 'fastify';

export interface AskedEvaluation {
  projectId: string;
  checkpointId: string;
  /** The data set of the training where it is left out. */
  datasetId?: string | undefined;
  /** `test`, or `validation` where there is nothing to test with. */
  split?: Split | undefined;
  temperatureScaling?: boolean | undefined;
  idempotency?: IdempotencyClaim | undefined;
}

/**
 * The evaluation of an equal request, or a new one. Throws `not_found`, `dataset_not_ready`, and `invalid_request` where
 * the data does not fit the model or the split has no images.
 */
export async function requestEvaluation(
  { db, analyses }: Pick<FastifyInstance, 'db' | 'analyses'>,
  asked: AskedEvaluation,
): Promise<Analysis> {
  const { projectId, checkpointId, idempotency } = asked;
  const model = await db.checkpoints.trainedModel(projectId, checkpointId);
  const data = await db.datasets.content(projectId, asked.datasetId ?? model.dataset.id);
  const split = chooseSplit(data, asked.split);
  refuseMismatch(model, data, split);
  if (asked.temperatureScaling) refuseScaling(model);
  const request: EvaluationRequest = {
    checkpoint_id: checkpointId,
    dataset_id: data.id,
    split,
    ...(asked.temperatureScaling ? { temperature_scaling: true } : {}),
  };
  const about = { jobId: model.jobId, checkpointId, datasetId: data.id };
  return analyses.request({ projectId, kind: 'evaluation', request, ...about, idempotency });
}

function chooseSplit({ counts }: DatasetContent, asked: Split | undefined): Split {
  const wanted: Split[] = asked ? [asked] : ['test', 'validation'];
  const found = wanted.find((split) => counts[split].total > 0);
  if (found) return found;
  const has = (['train', 'validation', 'test'] as const).filter((split) => counts[split].total > 0);
  throw invalid(
    '/split',
    `The data set has no images in its ${wanted.join(' or ')} split. Choose ${has.join(' or ')}.`,
  );
}

function refuseMismatch(model: TrainedModel, data: DatasetContent, split: Split): void {
  const { classes } = data.counts[split];
  const matched = matchOutputs(model.dataset, data, (place) => (classes[data.classes[place]] ?? 0) > 0);
  if ('mismatch' in matched) throw invalid('/dataset_id', matched.mismatch);
}

function refuseScaling({ dataset }: TrainedModel): void {
  if (dataset.task === 'regression') {
    throw invalid('/temperature_scaling', 'A regression has no probabilities to calibrate. Leave it out.');
  }
  if (dataset.counts.validation.total > 0) return;
  const detail =
    'The temperature is fitted on the validation split of the training, which has no images. Leave it out.';
  throw invalid('/temperature_scaling', detail);
}

function invalid(pointer: string, detail: string): TrainyardError {
  return new TrainyardError('invalid_request', detail, { errors: [{ pointer, detail }] });
}
