/** Rows as the wire objects of the contracts: snake case, times as RFC 3339 in UTC, sizes as numbers. */
import type {
  ApiKey,
  Checkpoint,
  Dataset,
  DatasetCounts,
  DatasetFormat,
  DatasetProgress,
  DatasetStats,
  DatasetWarning,
  Device,
  DeviceChoice,
  ErrorRecord,
  Event,
  ForecastOutcome,
  ImageSize,
  Job,
  JobForecast,
  JobProgress,
  JobResult,
  JobRollback,
  JobWebhook,
  MetricValues,
  Model,
  ModelSummary,
  Project,
  TrainingOptions,
  TransferReport,
  Unfreeze,
} from '@trainyard/contracts';
import {
  completeTraining,
  DATASET_FORMATS,
  DATASET_TASKS,
  type StoredTraining,
  WEBHOOK_EVENTS,
} from '@trainyard/contracts';
import type { Prisma } from './client.js';
import { fromJson } from './json.js';

export const phasesInclude = { phases: { orderBy: { seq: 'asc' } }, webhook: true } satisfies Prisma.JobInclude;

type JobRow = Prisma.JobGetPayload<{ include: typeof phasesInclude }>;

function time(date: Date): string;
function time(date: Date | null): string | null;
function time(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}

export function toProject(row: Prisma.ProjectGetPayload<object>): Project {
  return {
    id: row.id,
    object: 'project',
    name: row.name,
    max_running_jobs: row.maxRunningJobs,
    created_at: time(row.createdAt),
  };
}

export function toApiKey(row: Prisma.ApiKeyGetPayload<object>): ApiKey {
  return {
    id: row.id,
    object: 'key',
    name: row.name,
    project_id: row.projectId,
    role: row.role,
    hint: row.hint,
    created_at: time(row.createdAt),
    last_used_at: time(row.lastUsedAt),
    revoked_at: time(row.revokedAt),
  };
}

export function toDataset(row: Prisma.DatasetGetPayload<object>): Dataset {
  return {
    id: row.id,
    object: 'dataset',
    name: row.name,
    status: row.status,
    format: DATASET_FORMATS.find((format): format is DatasetFormat => format === row.format) ?? null,
    bytes: Number(row.bytes),
    progress: fromJson<DatasetProgress | null>(row.progress),
    parent_id: row.parentId,
    version: row.version,
    digest: row.digest,
    task: DATASET_TASKS.find((task) => task === row.task) ?? null,
    classes: fromJson<string[] | null>(row.classes),
    targets: fromJson<string[] | null>(row.targets),
    image: fromJson<ImageSize | null>(row.image),
    counts: fromJson<DatasetCounts | null>(row.counts),
    stats: fromJson<DatasetStats | null>(row.stats),
    warnings: fromJson<DatasetWarning[]>(row.warnings),
    error: fromJson<ErrorRecord | null>(row.error),
    created_at: time(row.createdAt),
    updated_at: time(row.updatedAt),
  };
}

export function toModel(row: Prisma.ModelGetPayload<object>): Model {
  return {
    id: row.id,
    object: 'model',
    name: row.name,
    spec: row.spec,
    summary: fromJson<ModelSummary | null>(row.summary),
    training_defaults: fromJson<TrainingOptions | null>(row.trainingDefaults),
    notes: fromJson<string[]>(row.notes),
    created_at: time(row.createdAt),
  };
}

export function toJob(row: JobRow): Job {
  return {
    id: row.id,
    object: 'job',
    name: row.name,
    status: row.status,
    dataset_id: row.datasetId,
    dataset_digest: row.datasetDigest,
    model_id: row.modelId,
    model: row.spec,
    training: completeTraining(fromJson<StoredTraining>(row.training)),
    init_from: row.initFrom,
    freeze: row.freeze,
    unfreeze: fromJson<Unfreeze | null>(row.unfreeze),
    transfer: fromJson<TransferReport | null>(row.transfer),
    device: {
      requested: row.deviceRequested as DeviceChoice,
      used: row.deviceUsed as Device | null,
      reason: row.deviceReason,
    },
    priority: row.priority,
    tags: row.tags,
    webhook: row.webhook === null ? null : toJobWebhook(row.webhook),
    progress: fromJson<JobProgress | null>(row.progress),
    metrics: fromJson<MetricValues | null>(row.metrics),
    best: fromJson<Job['best']>(row.best),
    worker: row.workerId,
    attempt: row.attempt,
    exact: row.exact,
    queue_position: null,
    waiting_for: null,
    expected_start_at: null,
    rollback: fromJson<JobRollback | null>(row.rollback),
    sweep_id: row.sweepId,
    trial: row.trial,
    forecast: fromJson<JobForecast | null>(row.forecast),
    forecast_outcome: fromJson<ForecastOutcome | null>(row.forecastOutcome),
    phases: row.phases.map((phase) => ({
      status: phase.status,
      started_at: time(phase.startedAt),
      reason: phase.reason,
    })),
    error: fromJson<ErrorRecord | null>(row.error),
    result: fromJson<JobResult | null>(row.result),
    created_at: time(row.createdAt),
    started_at: time(row.startedAt),
    ended_at: time(row.endedAt),
  };
}

function toJobWebhook({ url, events, disabledAt }: Prisma.WebhookGetPayload<object>): JobWebhook {
  return { url, events: WEBHOOK_EVENTS.filter((word) => events.includes(word)), disabled_at: time(disabledAt) };
}

export function toCheckpoint(row: Prisma.CheckpointGetPayload<object>): Checkpoint {
  return {
    id: row.id,
    object: 'checkpoint',
    job_id: row.jobId,
    epoch: row.epoch,
    step: row.step,
    metrics: fromJson<Checkpoint['metrics']>(row.metrics),
    is_best: row.isBest,
    bytes: Number(row.bytes),
    digest: row.digest,
    created_at: time(row.createdAt),
  };
}

export function toEvent(row: Prisma.JobEventGetPayload<object>): Event {
  return {
    id: row.id,
    object: 'event',
    type: row.type as Event['type'],
    subject_id: row.jobId,
    data: row.data,
    created_at: time(row.createdAt),
  };
}

export function toDatasetEvent(row: Prisma.DatasetEventGetPayload<object>): Event {
  return {
    id: row.id,
    object: 'event',
    type: row.type as Event['type'],
    subject_id: row.datasetId,
    data: row.data,
    created_at: time(row.createdAt),
  };
}
