/** Where the images of a split lie in what the penultimate layer of a checkpoint gives: request, task and result. */
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';
import { DATASET_TASKS, SPLITS } from '../dataset.js';
import { Strict, Words } from '../schema.js';
import { TrainedModelTask } from '../trained-model-task.js';

/** More points than these say no more, and are drawn over each other. */
export const EMBEDDED_IMAGES_MAX = 2000;

export const EmbeddingRequest = Strict({ checkpoint_id: Type.String(), split: Words(SPLITS) });
export type EmbeddingRequest = Static<typeof EmbeddingRequest>;

/** A stored request. Throws for anything else. */
export function parseEmbeddingRequest(value: unknown): EmbeddingRequest {
  return Value.Parse(EmbeddingRequest, value);
}

export const EmbeddingTask = Strict({
  kind: Type.Literal('embedding'),
  analysis_id: Type.String(),
  model: TrainedModelTask,
  split: Words(SPLITS),
});
export type EmbeddingTask = Static<typeof EmbeddingTask>;

export const EmbeddedImage = Strict({
  index: Type.Integer({ description: 'Its place among the images of its split' }),
  file: Type.String({ description: 'As the upload names it' }),
  x: Type.Number({ description: 'First principal component' }),
  y: Type.Number({ description: 'Second principal component' }),
  labels: Type.Array(Type.Number(), {
    description: 'Its class, or all its labels, as places in `names`; of a regression its values',
  }),
});
export type EmbeddedImage = Static<typeof EmbeddedImage>;

export const EmbeddingResult = Strict({
  layer: Type.String({ description: 'Whose output it is: the one that feeds the last layer with weights' }),
  dimensions: Type.Integer({
    description: 'Numbers that it gives for an image; channels are averaged over their places',
  }),
  split: Words(SPLITS),
  count: Type.Integer({ description: 'Images of the split; of more than 2000, that many are taken at even distances' }),
  task: Words(DATASET_TASKS),
  names: Type.Array(Type.String(), { description: 'Of the classes, labels or targets' }),
  explained_variance_ratio: Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }),
  points: Type.Array(EmbeddedImage),
});
export type EmbeddingResult = Static<typeof EmbeddingResult>;

const compiled = Compile(EmbeddingResult);

/** Throws where the stored result is none that this program reads. */
export function checkEmbeddingResult(value: unknown): EmbeddingResult {
  if (compiled.Check(value)) return value as EmbeddingResult;
  const [first] = compiled.Errors(value);
  throw new Error(`The stored embedding is not valid at ${first?.instancePath || '/'}: ${first?.message}`);
}
