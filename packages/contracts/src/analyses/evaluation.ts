/** The evaluation of a checkpoint on a split of a data set. */
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { IMAGE_FITS, SPLITS } from '../dataset.js';
import { Strict, Words } from '../schema.js';
import { TaskDataset, TrainedModelTask } from '../trained-model-task.js';

/** What is asked for, every default filled in; equal requests are one evaluation. */
export const EvaluationRequest = Strict({
  checkpoint_id: Type.String(),
  dataset_id: Type.String(),
  split: Words(SPLITS),
  /** Left out where it is not asked for. */
  temperature_scaling: Type.Optional(Type.Literal(true)),
});
export type EvaluationRequest = Static<typeof EvaluationRequest>;

/** A stored request. Throws for anything else. */
export function parseEvaluationRequest(value: unknown): EvaluationRequest {
  return Value.Parse(EvaluationRequest, value);
}

export const EvaluationTask = Strict({
  kind: Type.Literal('evaluation'),
  analysis_id: Type.String(),
  model: TrainedModelTask,
  /** The data set whose images are predicted. */
  dataset: TaskDataset,
  /** How its images are brought to the model's size. */
  fit: Words(IMAGE_FITS),
  split: Words(SPLITS),
  /** Whether to fit a temperature, on the validation split of the data set that the model was trained on. */
  temperature_scaling: Type.Boolean(),
});
export type EvaluationTask = Static<typeof EvaluationTask>;
