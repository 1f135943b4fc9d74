/** Training jobs, their metrics and their checkpoints. */
import { type Static, Type } from 'typebox';
import { IdSchema } from './ids.js';
import { ForecastOutcome, JobForecast } from './job-forecast.js';
import { KerasBody, ModelSpecBody } from './model.js';
import { JobRollback } from './rollback.js';
import { ErrorRecordSchema, Nullable, Strict, Timestamp, Words } from './schema.js';
import { TrainingOptions } from './training.js';
import { FreezeOptions, TransferReport, Unfreeze, UnfreezeOptions } from './transfer.js';
import { JobWebhook, WebhookOptions } from './webhook.js';

export const JOB_STATUSES = ['queued', 'preparing', 'running', 'paused', 'succeeded', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

export const ENDED_JOB_STATUSES = ['succeeded', 'failed', 'cancelled'] as const satisfies readonly JobStatus[];

export const DEVICE_CHOICES = ['auto', 'cpu', 'cuda'] as const;
export type DeviceChoice = (typeof DEVICE_CHOICES)[number];
export const DEVICES = ['cpu', 'cuda'] as const;
export type Device = (typeof DEVICES)[number];

export const PRIORITY_MAX = 100;

const Priority = Type.Integer({
  minimum: -PRIORITY_MAX,
  maximum: PRIORITY_MAX,
  default: 0,
  description:
    'Higher ones are trained first, equal ones in the order of their posts. It orders the jobs of one project alone: projects take turns',
});

/**
 * What keeps a queued job from starting. worker: the next free worker; project_limit: the end of another job of its
 * project; retry_pause: the end of the pause after a failure; device: a worker with the device that it asks for; plan: a
 * worker that goes on with it to the bit.
 */
export const JOB_WAITS = ['worker', 'project_limit', 'retry_pause', 'device', 'plan'] as const;
export type JobWait = (typeof JOB_WAITS)[number];

export const CreateJob = Strict(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    dataset_id: IdSchema('dataset'),
    model_id: Type.Optional(IdSchema('model')),
    model: Type.Optional(ModelSpecBody),
    keras: Type.Optional(KerasBody),
    training: Type.Optional(TrainingOptions),
    init_from: Type.Optional(
      Type.String({
        ...IdSchema('checkpoint'),
        description: 'A checkpoint of the project whose weights the layers of the same name and shape begin with',
      }),
    ),
    freeze: Type.Optional(FreezeOptions),
    unfreeze: Type.Optional(UnfreezeOptions),
    device: Type.Optional(Words(DEVICE_CHOICES, { default: 'auto' })),
    priority: Type.Optional(Priority),
    tags: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 32 })),
    webhook: Type.Optional(WebhookOptions),
  },
  { $id: 'CreateJob' },
);
export type CreateJob = Static<typeof CreateJob>;

export const JobProgress = Type.Object({
  epoch: Type.Integer({ description: 'The epoch in progress, from 1; 0 before the first' }),
  epochs: Type.Integer(),
  step: Type.Integer({ description: 'Training steps done since the start of the job' }),
  steps: Type.Integer({ description: 'Training steps in all' }),
  fraction: Type.Number(),
  eta_s: Nullable(Type.Number({ description: 'Seconds until the last epoch and the test are done' })),
  eta_error_s: Type.Optional(
    Nullable(
      Type.Number({
        description: 'How far off eta_s is likely to be, by how the forecasts before it moved; null at first',
      }),
    ),
  ),
  images_per_s: Nullable(Type.Number()),
  elapsed_s: Type.Optional(Type.Number({ description: 'Seconds of training so far, over all attempts' })),
});
export type JobProgress = Static<typeof JobProgress>;

/** Figures by name, for example `loss` and `accuracy`. */
export const MetricValues = Type.Record(Type.String(), Type.Number());
export type MetricValues = Static<typeof MetricValues>;

export const EpochMetrics = Type.Object({
  epoch: Type.Integer(),
  step: Type.Integer(),
  train: MetricValues,
  validation: Nullable(MetricValues),
  learning_rate: Type.Number(),
  images_per_s: Type.Number(),
  duration_s: Type.Number(),
});
export type EpochMetrics = Static<typeof EpochMetrics>;

export const StepMetrics = Type.Object({
  step: Type.Integer(),
  epoch: Type.Integer(),
  loss: Type.Number(),
  accuracy: Type.Optional(Type.Number()),
  learning_rate: Type.Number(),
});
export type StepMetrics = Static<typeof StepMetrics>;

export const METRIC_RESOLUTIONS = ['epoch', 'step', 'probe'] as const;
export type MetricResolution = (typeof METRIC_RESOLUTIONS)[number];

export const STOP_REASONS = ['completed', 'early_stopping', 'stopped', 'budget'] as const;
export type StopReason = (typeof STOP_REASONS)[number];

export const JobResult = Type.Object({
  test: Nullable(MetricValues),
  stop_reason: Words(STOP_REASONS),
  best: Nullable(Type.Object({ checkpoint_id: IdSchema('checkpoint'), epoch: Type.Integer(), metrics: MetricValues })),
});
export type JobResult = Static<typeof JobResult>;

export const JobPhase = Type.Object({
  status: Words(JOB_STATUSES),
  started_at: Timestamp,
  reason: Nullable(Type.String()),
});
export type JobPhase = Static<typeof JobPhase>;

export const Job = Type.Object(
  {
    id: IdSchema('job'),
    object: Type.Literal('job'),
    name: Nullable(Type.String()),
    status: Words(JOB_STATUSES),
    dataset_id: IdSchema('dataset'),
    dataset_digest: Nullable(Type.String(), {
      description: 'That of the data set when the job was made; it is not trained on anything else',
    }),
    model_id: Nullable(IdSchema('model')),
    model: Type.Unknown({ description: 'The normalised specification' }),
    training: Type.Unknown({ description: 'With every default filled in' }),
    init_from: Nullable(IdSchema('checkpoint')),
    freeze: Type.Array(Type.String(), { description: 'As posted' }),
    unfreeze: Nullable(Unfreeze),
    transfer: Nullable(TransferReport, { description: 'What `init_from` and `freeze` have come to' }),
    device: Type.Object({
      requested: Words(DEVICE_CHOICES),
      used: Nullable(Words(DEVICES)),
      reason: Nullable(Type.String()),
    }),
    priority: Priority,
    tags: Type.Array(Type.String()),
    webhook: Nullable(JobWebhook),
    progress: Nullable(JobProgress),
    metrics: Nullable(MetricValues),
    best: Nullable(
      Type.Object({ checkpoint_id: IdSchema('checkpoint'), epoch: Type.Integer(), metrics: MetricValues }),
    ),
    worker: Nullable(Type.String()),
    attempt: Type.Integer(),
    exact: Type.Boolean({
      description:
        'Whether an interruption changes no bit: false once the job went on on a machine that computes otherwise',
    }),
    queue_position: Nullable(
      Type.Integer({ description: 'Of a queued job, from 1, among those of every project for the same workers' }),
    ),
    waiting_for: Nullable(
      Words(JOB_WAITS, {
        description:
          'Of a queued job. worker: one that is free; project_limit: another job of the project must end; retry_pause: the pause after a failure; device: a worker with that device; plan: a worker that goes on with it to the bit',
      }),
    ),
    expected_start_at: Nullable(Timestamp),
    sweep_id: Nullable(IdSchema('sweep'), { description: 'The sweep that it is a trial of' }),
    trial: Nullable(Type.Integer({ description: 'Its number there' })),
    rollback: Nullable(JobRollback, { description: 'Where the training went back to when it had diverged' }),
    forecast: Nullable(JobForecast, { description: 'What was forecast of its time and memory' }),
    forecast_outcome: Nullable(ForecastOutcome, {
      description: 'What these were, and how far off the forecast was, once it has succeeded',
    }),
    phases: Type.Array(JobPhase),
    error: Nullable(ErrorRecordSchema),
    result: Nullable(JobResult),
    created_at: Timestamp,
    started_at: Nullable(Timestamp),
    ended_at: Nullable(Timestamp),
  },
  { $id: 'Job' },
);
export type Job = Static<typeof Job>;

export const Checkpoint = Type.Object(
  {
    id: IdSchema('checkpoint'),
    object: Type.Literal('checkpoint'),
    job_id: IdSchema('job'),
    epoch: Type.Integer(),
    step: Type.Integer(),
    metrics: Type.Object({ train: MetricValues, validation: Nullable(MetricValues) }),
    is_best: Type.Boolean(),
    bytes: Type.Integer(),
    digest: Type.String({ description: 'sha256: and the hash of the stored file' }),
    created_at: Timestamp,
  },
  { $id: 'Checkpoint' },
);
export type Checkpoint = Static<typeof Checkpoint>;

export const CHECKPOINT_DOWNLOADS = ['onnx', 'safetensors'] as const;
export type CheckpointDownload = (typeof CHECKPOINT_DOWNLOADS)[number];
