/** What the inference server and the child process of one model tell each other over IPC. Each side checks what it gets. */
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { DATASET_TASKS, DatasetStats, IMAGE_FITS, ImageSize } from './dataset.js';
import { PREDICTION_TASKS } from './endpoint.js';
import { ERROR_KINDS, type ErrorCode } from './errors.js';
import { Nullable, Strict, Words } from './schema.js';
import { NORMALIZATIONS } from './training.js';

const RequestNumber = Type.Integer({ minimum: 1 });

const SentError = Strict({
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

/** Bytes as they came: image files of one kind of body, or a JSON body that holds instances. */
export const PredictInput = Strict({
  kind: Words(['image', 'files', 'json'] as const),
  parts: Type.Unsafe<Uint8Array[]>({ type: 'array', minItems: 1 }),
});
export type PredictInput = Static<typeof PredictInput>;

/** What a model's child is told: which model it is, once; then what to answer, any number at once. */
export const ModelOrder = Type.Union([
  Strict({ type: Type.Literal('load'), task: ModelTask }),
  Strict({ type: Type.Literal('predict'), number: RequestNumber, input: PredictInput }),
]);
export type ModelOrder = Static<typeof ModelOrder>;

/** `log` is for the log alone. */
export const ModelReport = Type.Union([
  Strict({ type: Type.Literal('loaded') }),
  Strict({ type: Type.Literal('failed'), error: SentError, log: Type.Optional(Type.String()) }),
  Strict({
    type: Type.Literal('predicted'),
    number: RequestNumber,
    task: Words(PREDICTION_TASKS),
    outputs: Type.Unsafe<Float32Array>({
      description: 'A row for each instance: probabilities or values, in the order of the classes, labels or targets',
    }),
    decode_ms: Type.Number(),
    compute_ms: Type.Number(),
  }),
  Strict({
    type: Type.Literal('refused'),
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
