/**
 * What the inference server and the child process of one model tell each other over IPC: loading, and what is asked for
 * seldom. Requests for predictions go in groups over a pipe of their own. Each side checks what it gets.
 */
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { DATASET_TASKS, DatasetStats, IMAGE_FITS, ImageSize } from './dataset.js';
import { PREDICTION_TASKS } from './endpoint.js';
import { ERROR_KINDS, type ErrorCode } from './errors.js';
import { ImageRegion } from './explanation.js';
import { Nullable, Strict, Words } from './schema.js';
import { NORMALIZATIONS } from './training.js';

export const SentError = Strict({
  code: Words(Object.keys(ERROR_KINDS) as ErrorCode[]),
  message: Type.String(),
  errors: Type.Optional(Type.Array(Strict({ pointer: Type.String(), detail: Type.String() }))),
});

/** All that it takes to load a checkpoint. */
export const ModelTask = Strict({
  objects_dir: Type.String({ description: 'Root of the object store' }),
  threads: Type.Integer({ minimum: 1 }),
  storage_key: Type.String(),
  digest: Type.String(),
  spec: Type.Unknown(),
  normalization: Words(NORMALIZATIONS),
  dataset: Strict({
    task: Words(DATASET_TASKS),
    classes: Type.Array(Type.String()),
    targets: Nullable(Type.Array(Type.String()), { description: 'Of a regression; else null' }),
    image: ImageSize,
    fit: Words(IMAGE_FITS),
    stats: DatasetStats,
  }),
});
export type ModelTask = Static<typeof ModelTask>;

/**
 * `image`: one image file; `files`: several; `json`: a JSON body that holds instances; `pixels`: one part that has
 * `count` images as uint8 [count, height, width, channels], at the size that the model takes.
 */
export const PREDICT_INPUT_KINDS = ['image', 'files', 'json', 'pixels'] as const;
export const PredictInputKind = Words(PREDICT_INPUT_KINDS);

/** Bytes as they came. */
export interface PredictInput {
  kind: (typeof PREDICT_INPUT_KINDS)[number];
  parts: Uint8Array[];
  /** Of `pixels` alone. */
  count?: number;
}

/** What is known of a model once it is loaded. */
export const ModelDescription = Strict({
  image: Strict({ ...ImageSize.properties, fit: Words(IMAGE_FITS) }, { description: 'What images are brought to' }),
  labels: Type.Array(Type.String(), { description: 'Classes, labels or targets, in the order of the outputs' }),
  task: Words(PREDICTION_TASKS),
  output: Words(['probabilities', 'values'] as const),
  batch_exact: Type.Boolean({
    description: 'Whether an image gets the same bits, whichever images it is run with',
  }),
  batch_max: Type.Integer({ minimum: 1, description: 'Images of one run' }),
  load_ms: Type.Number({ minimum: 0 }),
});
export type ModelDescription = Static<typeof ModelDescription>;

const RequestNumber = Type.Integer({ minimum: 1 });

/** What is asked of Grad-CAM for one image. */
export const ExplainRequest = Strict({
  input: Strict({
    kind: PredictInputKind,
    parts: Type.Unsafe<Uint8Array[]>({ type: 'array', minItems: 1 }),
    count: Type.Optional(Type.Integer()),
  }),
  output: Nullable(Type.Integer({ minimum: 0 }), { description: 'A class, label or target; null: the largest' }),
  layer: Nullable(Type.String()),
  picture: Nullable(Strict({ labels: Type.Array(Type.String()) }), {
    description: 'Whether it is to be drawn, and what the outputs are called there',
  }),
});
export type ExplainRequest = Static<typeof ExplainRequest>;

const Side = Type.Integer({ minimum: 1 });

/** What came of it; `heat` is float32 [rows, columns] from 0 to 1, `picture` a PNG. */
export const ExplainedImage = Strict({
  output: Type.Integer({ minimum: 0 }),
  value: Type.Number({ description: 'The probability of that output; of a regression its value' }),
  layer: Type.String(),
  rows: Side,
  columns: Side,
  heat: Type.Unsafe<Float32Array>({}),
  image: Strict({ width: Side, height: Side }),
  region: ImageRegion,
  picture: Nullable(Type.Unsafe<Uint8Array>({})),
  preprocess_ms: Type.Number({ minimum: 0 }),
  compute_ms: Type.Number({ minimum: 0 }),
});
export type ExplainedImage = Static<typeof ExplainedImage>;

/** What a model's child is told: which model it is, once; then images to explain. */
export const ModelOrder = Type.Union([
  Strict({ type: Type.Literal('load'), task: ModelTask }),
  Strict({ type: Type.Literal('explain'), number: RequestNumber, request: ExplainRequest }),
]);
export type ModelOrder = Static<typeof ModelOrder>;

/** `log` is for the log alone. */
export const ModelReport = Type.Union([
  Strict({ type: Type.Literal('loaded'), description: ModelDescription }),
  Strict({ type: Type.Literal('failed'), error: SentError, log: Type.Optional(Type.String()) }),
  Strict({ type: Type.Literal('explained'), number: RequestNumber, explained: ExplainedImage }),
  Strict({
    type: Type.Literal('unexplained'),
    number: RequestNumber,
    error: SentError,
    log: Type.Optional(Type.String()),
  }),
]);
export type ModelReport = Static<typeof ModelReport>;

/** A received message as an order; null for anything else. */
export function parseModelOrder(message: unknown): ModelOrder | null {
  return Value.Check(ModelOrder, message) ? message : null;
}

/** A received message as a report; null for anything else. */
export function parseModelReport(message: unknown): ModelReport | null {
  return Value.Check(ModelReport, message) ? message : null;
}
