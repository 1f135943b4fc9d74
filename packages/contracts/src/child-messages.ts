/**
 * What a worker and its child processes tell each other over IPC. Each side checks what it receives. Keys of stored
 * JSON are in snake case, the rest is between the processes alone.
 */
import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import {
  DATASET_FORMATS,
  DatasetCounts,
  DatasetOptions,
  DatasetProgress,
  DatasetStats,
  DatasetWarning,
  IMAGE_FITS,
  ImageSize,
} from './dataset.js';
import { ERROR_KINDS, type ErrorCode } from './errors.js';
import { ExecutionPlan } from './execution-plan.js';
import { DEVICES, EpochMetrics, JobProgress, MetricValues, StepMetrics } from './job.js';
import { Nullable, Strict, Words } from './schema.js';
import type { Training } from './training.js';

const ERROR_CODES = Object.keys(ERROR_KINDS) as ErrorCode[];
const FieldErrors = Type.Array(Strict({ pointer: Type.String(), detail: Type.String() }));

/** An error that ended a child's work. */
const Failed = Strict({
  type: Type.Literal('failed'),
  error: Strict({ code: Words(ERROR_CODES), message: Type.String(), errors: Type.Optional(FieldErrors) }),
});

/** The child has ended because it was told to stop. */
const Stopped = Strict({ type: Type.Literal('stopped') });

/** A message of a child with the number under which its worker acknowledges that it was dealt with. */
export function Numbered<T extends TSchema>(body: T) {
  return Strict({ seq: Type.Integer({ minimum: 1 }), body });
}

/** What a worker tells a child: what to do, once; that a message was dealt with; to stop. */
export function Orders<T extends TSchema>(task: T) {
  return Type.Union([
    Strict({ type: Type.Literal('start'), task }),
    Strict({ type: Type.Literal('acknowledge'), seq: Type.Integer({ minimum: 1 }) }),
    Strict({ type: Type.Literal('stop') }),
  ]);
}

/** A checkpoint file of a job. */
export const CheckpointReference = Strict({
  epoch: Type.Integer({ minimum: 1 }),
  step: Type.Integer({ minimum: 1 }),
  key: Type.String(),
  digest: Type.String(),
});
export type CheckpointReference = Static<typeof CheckpointReference>;

/** All that a trainer has to know of a job. */
export const TrainingTask = Strict({
  job_id: Type.String(),
  attempt: Type.Integer({ minimum: 1 }),
  spec: Type.Unknown(),
  training: Type.Unsafe<Training>({ type: 'object' }),
  dataset: Strict({
    id: Type.String(),
    classes: Type.Integer({ minimum: 1 }),
    image: ImageSize,
    fit: Words(IMAGE_FITS),
    stats: DatasetStats,
  }),
  device: Words(DEVICES),
  threads: Type.Integer({ minimum: 1 }),
  plan: Nullable(ExecutionPlan),
  checkpoints: Type.Array(CheckpointReference, { description: 'Those of earlier attempts' }),
});
export type TrainingTask = Static<typeof TrainingTask>;

export const TrainerReport = Type.Union([
  Strict({ type: Type.Literal('planned'), plan: ExecutionPlan }),
  Strict({ type: Type.Literal('running') }),
  Strict({ type: Type.Literal('steps'), rows: Type.Array(StepMetrics), progress: JobProgress }),
  Strict({ type: Type.Literal('epoch'), row: EpochMetrics, progress: JobProgress }),
  Strict({
    type: Type.Literal('checkpoint'),
    checkpoint: CheckpointReference,
    bytes: Type.Integer({ minimum: 1 }),
    is_best: Type.Boolean(),
    metrics: Strict({ train: MetricValues, validation: Nullable(MetricValues) }),
  }),
  Strict({
    type: Type.Literal('trained'),
    test: Nullable(MetricValues),
    best: Strict({ epoch: Type.Integer(), step: Type.Integer() }),
  }),
  Stopped,
  Failed,
]);
export type TrainerReport = Static<typeof TrainerReport>;

/** All that an ingest has to know of an uploaded data set. */
export const IngestTask = Strict({
  dataset_id: Type.String(),
  source_key: Type.String(),
  format: Words(['auto', ...DATASET_FORMATS] as const),
  options: DatasetOptions,
});
export type IngestTask = Static<typeof IngestTask>;

export const IngestReport = Type.Union([
  Strict({ type: Type.Literal('progress'), progress: DatasetProgress }),
  Strict({
    type: Type.Literal('ingested'),
    dataset: Type.Object({
      format: Words(DATASET_FORMATS),
      task: Words(['multiclass'] as const),
      classes: Type.Array(Type.String()),
      image: ImageSize,
      counts: DatasetCounts,
      stats: DatasetStats,
      warnings: Type.Array(DatasetWarning),
    }),
  }),
  Stopped,
  Failed,
]);
export type IngestReport = Static<typeof IngestReport>;

export const ProbeTask = Strict({ device: Words(DEVICES) });
export type ProbeTask = Static<typeof ProbeTask>;

export const ProbeReport = Type.Union([Strict({ type: Type.Literal('works') }), Stopped, Failed]);
export type ProbeReport = Static<typeof ProbeReport>;

/** A received message as its schema describes it; null for anything else. */
export function parseMessage<T extends TSchema>(schema: T, message: unknown): Static<T> | null {
  return Value.Check(schema, message) ? message : null;
}
