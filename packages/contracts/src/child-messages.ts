/**
 * What a worker and its child processes tell each other over IPC. Each side checks what it receives. Keys of stored
 * JSON are in snake case, the rest is between the processes alone.
 */
import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { AnalysisReport, AnalysisTask } from './analysis.js';
import {
  DATASET_FORMATS,
  DATASET_TASKS,
  DatasetCounts,
  DatasetOptions,
  DatasetProgress,
  DatasetStats,
  DatasetWarning,
  ImageSize,
} from './dataset.js';
import { ERROR_KINDS, type ErrorCode } from './errors.js';
import { ExecutionPlan, LOWERING_SETTINGS } from './execution-plan.js';
import { DEVICES, EpochMetrics, JobProgress, MetricValues, STOP_REASONS, StepMetrics } from './job.js';
import { LOG_LEVELS } from './log.js';
import { ProbeMetrics } from './probe-metrics.js';
import { JobRollback } from './rollback.js';
import { Nullable, Strict, Words } from './schema.js';
import { TaskDataset } from './trained-model-task.js';
import type { Training } from './training.js';
import { TransferTask } from './transfer.js';

/** A checkpoint file of a job. */
export const CheckpointReference = Strict({
  epoch: Type.Integer({ minimum: 0, description: 'Epochs done' }),
  step: Type.Integer({ minimum: 1 }),
  key: Type.String(),
  digest: Type.String(),
});
export type CheckpointReference = Static<typeof CheckpointReference>;

const Elapsed = Type.Number({ minimum: 0, description: 'Seconds trained so far, over all attempts' });

/** All that a trainer has to know of a job. */
export const TrainingTask = Strict({
  job_id: Type.String(),
  attempt: Type.Integer({ minimum: 1 }),
  spec: Type.Unknown(),
  training: Type.Unsafe<Training>({ type: 'object' }),
  dataset: TaskDataset,
  device: Words(DEVICES),
  threads: Type.Integer({ minimum: 1 }),
  /** `auto` where it is left out. */
  lowering: Type.Optional(Words(LOWERING_SETTINGS)),
  plan: Nullable(ExecutionPlan),
  checkpoints: Type.Array(CheckpointReference, { description: 'Those of earlier attempts' }),
  elapsed_s: Type.Optional(Elapsed),
  rollback: Nullable(JobRollback, { description: 'Of an earlier attempt' }),
  hold_at_epoch: Type.Optional(
    Nullable(Type.Integer({ minimum: 1 }), {
      description: 'It hands over once so many epochs are done; null for never',
    }),
  ),
  transfer: Type.Optional(TransferTask),
});
export type TrainingTask = Static<typeof TrainingTask>;

export const TrainerReport = Type.Union([
  Strict({ type: Type.Literal('planned'), plan: ExecutionPlan }),
  Strict({ type: Type.Literal('running'), epoch: Type.Integer({ description: 'Epochs that are done already' }) }),
  Strict({ type: Type.Literal('steps'), rows: Type.Array(StepMetrics), progress: JobProgress, elapsed_s: Elapsed }),
  Strict({ type: Type.Literal('epoch'), row: EpochMetrics, progress: JobProgress, elapsed_s: Elapsed }),
  Strict({ type: Type.Literal('probe'), row: ProbeMetrics }),
  Strict({
    type: Type.Literal('checkpoint'),
    checkpoint: CheckpointReference,
    bytes: Type.Integer({ minimum: 1 }),
    is_best: Type.Boolean(),
    epoch_complete: Type.Boolean({ description: 'False in the middle of an epoch, whose figures are those so far' }),
    metrics: Strict({ train: MetricValues, validation: Nullable(MetricValues) }),
  }),
  Strict({ type: Type.Literal('log'), level: Words(LOG_LEVELS), message: Type.String() }),
  Strict({ type: Type.Literal('rollback'), rollback: JobRollback }),
  Strict({
    type: Type.Literal('trained'),
    test: Nullable(MetricValues),
    stop_reason: Words(STOP_REASONS),
    peak_memory_bytes: Type.Optional(Type.Integer({ minimum: 1, description: 'The most that the process has held' })),
  }),
]);
export type TrainerReport = Static<typeof TrainerReport>;

/** All that an ingest has to know of an uploaded data set. */
export const IngestTask = Strict({
  dataset_id: Type.String(),
  source_key: Nullable(Type.String(), { description: 'Null for a version that is made of its parent alone' }),
  /** The data set that the images of the upload are added to. */
  parent_id: Nullable(Type.String()),
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
      task: Words(DATASET_TASKS),
      classes: Type.Array(Type.String()),
      targets: Nullable(Type.Array(Type.String())),
      image: ImageSize,
      counts: DatasetCounts,
      stats: DatasetStats,
      warnings: Type.Array(DatasetWarning),
      digest: Type.String(),
      parts: Type.Array(Type.String()),
    }),
  }),
]);
export type IngestReport = Static<typeof IngestReport>;

export const ProbeTask = Strict({ devices: Type.Array(Words(DEVICES)) });
export type ProbeTask = Static<typeof ProbeTask>;

/** The device works, on a machine with these traits. */
export const ProbeReport = Type.Union([
  Strict({
    type: Type.Literal('works'),
    device: Words(DEVICES),
    cpu: Type.String(),
    onnxruntime_version: Type.String(),
  }),
  Strict({ type: Type.Literal('fails'), device: Words(DEVICES), reason: Type.String() }),
]);
export type ProbeReport = Static<typeof ProbeReport>;

const ERROR_CODES = Object.keys(ERROR_KINDS) as ErrorCode[];
const FieldErrors = Type.Array(Strict({ pointer: Type.String(), detail: Type.String() }));

/** The last message of a child that did not get to the end of its task: it was told to stop, or an error ended it. */
const ChildEnding = Type.Union([
  Strict({ type: Type.Literal('stopped') }),
  Strict({
    type: Type.Literal('failed'),
    error: Strict({ code: Words(ERROR_CODES), message: Type.String(), errors: Type.Optional(FieldErrors) }),
  }),
]);
export type ChildEnding = Static<typeof ChildEnding>;

/** What a child sends: a report, under a number by which its worker acknowledges that it was dealt with. */
export interface ChildMessage<Report> {
  seq: number;
  body: Report | ChildEnding;
}

/**
 * How a child shall end before its task is done. abandon: at once, and nothing is written; hand_over: what is done is
 * written, for another process to go on; keep: what is done is the result.
 */
export const STOP_ORDERS = ['abandon', 'hand_over', 'keep'] as const;
export type StopOrder = (typeof STOP_ORDERS)[number];

/** What a worker tells a child: what to do, once; that a message was dealt with; to stop. */
export type ChildOrder<Task> =
  | { type: 'start'; task: Task }
  | { type: 'acknowledge'; seq: number }
  | { type: 'stop'; how: StopOrder };

/** Both ends of one kind of child. A message that is not of it is answered with null. */
export interface ChildProtocol<Task, Report> {
  parseMessage(message: unknown): ChildMessage<Report> | null;
  parseOrder(order: unknown): ChildOrder<Task> | null;
}

const Seq = Type.Integer({ minimum: 1 });
const Message = Strict({ seq: Seq, body: Type.Unknown() });
const Start = Strict({ type: Type.Literal('start'), task: Type.Unknown() });
const OtherOrder = Type.Union([
  Strict({ type: Type.Literal('acknowledge'), seq: Seq }),
  Strict({ type: Type.Literal('stop'), how: Words(STOP_ORDERS) }),
]);

function protocol<T extends TSchema, R extends TSchema>(task: T, report: R): ChildProtocol<Static<T>, Static<R>> {
  return {
    parseMessage(message) {
      if (!Value.Check(Message, message)) return null;
      const { seq, body } = message;
      if (Value.Check(ChildEnding, body)) return { seq, body };
      return Value.Check(report, body) ? { seq, body } : null;
    },
    parseOrder(order) {
      if (Value.Check(OtherOrder, order)) return order;
      if (!Value.Check(Start, order)) return null;
      return Value.Check(task, order.task) ? { type: 'start', task: order.task } : null;
    },
  };
}

export const TRAINER_PROTOCOL = protocol(TrainingTask, TrainerReport);
export const INGEST_PROTOCOL = protocol(IngestTask, IngestReport);
export const ANALYST_PROTOCOL = protocol(AnalysisTask, AnalysisReport);
export const PROBE_PROTOCOL = protocol(ProbeTask, ProbeReport);
