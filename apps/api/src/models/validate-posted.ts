/** Checks a model, and a training for it, as far as is known what they are for. */
import type { ModelValidation, ValidateModel } from '@trainyard/contracts';
import type { DatasetContent } from '@trainyard/db';
import type { Summarizer } from '../summaries/summarizer.js';
import { type BuiltSource, buildForAnyData, buildForDataset } from './build-source.js';
import { checkTraining, mergedTraining, normalizationOf, refuseLargeBatch } from './check-training.js';
import { type ModelSource, postedSource } from './model-source.js';

/**
 * Throws `invalid_request`, `invalid_spec` and `batch_too_large` with pointers into the body, and `overloaded`.
 *
 * @param dataset what the model is for, where that is known
 */
export async function validatePosted(
  body: ValidateModel,
  dataset: DatasetContent | undefined,
  summaries: Summarizer,
): Promise<ModelValidation> {
  const source = postedSource(body);
  const built = build(source, body, dataset);
  const training = checkTraining(body.training, { source, model: built?.model ?? null, dataset });
  if (dataset) refuseLargeBatch(training, dataset);
  const { spec } = source;
  const { optimizer } = training;
  const batchSize = body.batch_size ?? body.training?.batch_size;
  return {
    object: 'model_validation',
    spec,
    summary: built?.data ? await summaries.summarize({ spec, data: built.data, batchSize, optimizer }) : null,
    training_defaults: source.training,
    notes: [...source.notes],
  };
}

function build(
  source: ModelSource,
  { training }: ValidateModel,
  dataset: DatasetContent | undefined,
): BuiltSource | null {
  if (dataset === undefined) return buildForAnyData(source);
  const normalization = normalizationOf(source, mergedTraining(source, training));
  return buildForDataset(source, dataset, normalization);
}
