/** `samples.json` of an evaluation: which images were predicted, in the order of the rows of its `predictions.f32`. */
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { Strict, Words } from '../schema.js';
import { EVALUATION_TASKS } from './evaluation-result.js';

export const EvaluatedSamples = Strict({
  version: Type.Literal(1),
  task: Words(EVALUATION_TASKS),
  /** Of the classes, labels or targets: a row of `predictions.f32`, little-endian float32, has as many numbers. */
  names: Type.Array(Type.String()),
  count: Type.Integer({ minimum: 0 }),
  /** Of each image, as the upload names it. */
  files: Type.Array(Type.String()),
  /** Of each image: the first 128 bits of the SHA-256 of its bytes, in hexadecimal. Equal images have equal ones. */
  contents: Type.Array(Type.String()),
  /** The class of each image by its place in `names`; or for each image as many numbers as there are names. */
  labels: Type.Array(Type.Number()),
});
export type EvaluatedSamples = Static<typeof EvaluatedSamples>;

const compiled = Compile(EvaluatedSamples);

/** Throws where the file is none that this program reads. */
export function parseEvaluatedSamples(bytes: Uint8Array): EvaluatedSamples {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (compiled.Check(value)) return value as EvaluatedSamples;
  const [first] = compiled.Errors(value);
  throw new Error(`The stored samples are not valid at ${first?.instancePath || '/'}: ${first?.message}`);
}

/** Files of an evaluation beside `result.json`. */
export const EVALUATION_FILES = {
  predictions: 'predictions.f32',
  samples: 'samples.json',
  /** uint8 [image, channels, height, width] of the images that the lists of the result name. */
  pixels: 'pixels.u8',
  /** Which image of its split each of them is, and their size. */
  pixelIndex: 'pixels.json',
} as const;

export const EvaluationPixels = Strict({
  version: Type.Literal(1),
  width: Type.Integer({ minimum: 1 }),
  height: Type.Integer({ minimum: 1 }),
  channels: Type.Unsafe<1 | 3>({ type: 'integer', enum: [1, 3] }),
  places: Type.Array(Type.Integer({ minimum: 0 })),
});
export type EvaluationPixels = Static<typeof EvaluationPixels>;

const compiledPixels = Compile(EvaluationPixels);

/** Likewise. */
export function parseEvaluationPixels(bytes: Uint8Array): EvaluationPixels {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (compiledPixels.Check(value)) return value as EvaluationPixels;
  const [first] = compiledPixels.Errors(value);
  throw new Error(`The stored index of pixels is not valid at ${first?.instancePath || '/'}: ${first?.message}`);
}
