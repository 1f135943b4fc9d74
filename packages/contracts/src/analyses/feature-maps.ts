/** What the layers of a checkpoint make of one image: its request, its task and its result. */
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';
import { ImageSize, SPLITS } from '../dataset.js';
import { Strict, Words } from '../schema.js';
import { TrainedModelTask } from '../trained-model-task.js';

const Place = Type.Integer({ minimum: 0 });

/** An uploaded image, or one of the data set that the checkpoint was trained on. */
const FeatureImage = Type.Union([
  Strict({ key: Type.String(), sha256: Type.String() }),
  Strict({ split: Words(SPLITS), index: Place }),
]);

export const FeatureMapsRequest = Strict({
  checkpoint_id: Type.String(),
  layer: Type.String(),
  image: FeatureImage,
});
export type FeatureMapsRequest = Static<typeof FeatureMapsRequest>;

/** A stored request. Throws for anything else. */
export function parseFeatureMapsRequest(value: unknown): FeatureMapsRequest {
  return Value.Parse(FeatureMapsRequest, value);
}

export const FeatureMapsTask = Strict({
  kind: Type.Literal('feature_maps'),
  analysis_id: Type.String(),
  model: TrainedModelTask,
  layer: Type.String(),
  image: FeatureImage,
});
export type FeatureMapsTask = Static<typeof FeatureMapsTask>;

/** Where uploaded images wait for their analysis; they go with the job. */
export function featureImagePrefix(jobId: string): string {
  return `feature-images/${jobId}`;
}

/** Files beside `result.json`. */
export const FEATURE_MAPS_FILES = {
  /** float32, little-endian, [channels, rows, columns] or [units]. */
  values: 'values.f32',
  /** uint8 [channels, rows, columns]: the image as the model sees it, before normalisation. */
  input: 'input.u8',
} as const;

const Figure = Type.Number();

export const FeatureMapsResult = Strict({
  layer: Type.String(),
  type: Type.String(),
  shape: Type.Array(Type.Integer(), { description: '[channels, rows, columns], or [units]' }),
  image: ImageSize,
  min: Figure,
  max: Figure,
  maps: Type.Array(Strict({ index: Place, mean: Figure, min: Figure, max: Figure, zero_share: Figure }), {
    description: 'Of each channel, or unit',
  }),
});
export type FeatureMapsResult = Static<typeof FeatureMapsResult>;

const compiled = Compile(FeatureMapsResult);

/** Throws where the stored result is none that this program reads. */
export function checkFeatureMapsResult(value: unknown): FeatureMapsResult {
  if (compiled.Check(value)) return value as FeatureMapsResult;
  const [first] = compiled.Errors(value);
  throw new Error(`The stored feature maps are not valid at ${first?.instancePath || '/'}: ${first?.message}`);
}
