/** Checks a model, and a training for it, as far as is known what they are for. */
import type { ModelValidation, ValidateModel } from '@trainyard/contracts';
import type { DatasetContent } from '@trainyard/db';
import { type BuiltSource, buildForAnyData, buildForDataset, summaryOf } from './build-source.js';
import { checkTraining, mergedTraining, normalizationOf, refuseLargeBatch } from './check-training.js';
import { type ModelSource, postedSource } from './model-source.js';

/** Throws `invalid_request`, `invalid_spec` and `batch_too_large`, with pointers into the body. */
export function validatePosted(body: ValidateModel, dataset: DatasetContent | undefined): ModelValidation {
  const source = postedSource(body);
  const built = build(source, body, dataset);
  const training = checkTraining(body.training, { source, model: built?.model ?? null, dataset });
  if (dataset) refuseLargeBatch(training, dataset);
  return {
    object: 'model_validation',
    spec: source.spec,
    summary: summaryOf(built, body.batch_size ?? body.training?.batch_size),
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
  return { model: buildForDataset(source, dataset, normalization), isWhole: true };
}
