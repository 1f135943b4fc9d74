/**
 * The database: the only package that knows Prisma. What the API shows comes back as the contracts' wire objects, what
 * a process needs beside that as narrow rows in camelCase.
 *
 * Conventions. `get`, `list`, `cancel`, `remove` take the project of the caller's key, and throw
 * `TrainyardError('not_found')` for what is not in it. `claim` and `find…` answer null. A write of a worker takes a
 * `Fence`, and throws `StaleAttemptError` once the attempt is over or another worker has taken the row.
 */
export type { Database } from './database.js';
export { openDatabase } from './database.js';
export type { AgreementCounts, LoadedModel } from './endpoint-activity.js';
export type { StoredEndpoint } from './endpoint-view.js';
export type { Fence } from './errors.js';
export { isDatabaseUnavailable, StaleAttemptError } from './errors.js';
export { backoffSeconds, FAILURES_MAX, INTERNAL_FAILURES_MAX } from './job-retries.js';
export { ATTEMPTS_MAX, JOB_TRANSITIONS } from './job-states.js';
export type { NewLogLine } from './log-lines.js';
export { migrate, waitForMigrations } from './migrate.js';
export type { Page } from './pages.js';
export type { MachineTraits, QueueRules, WorkerAbilities } from './queue-order.js';
export type { Analysis, AnalysisClaim, AnalysisFilter, NewAnalysis } from './repositories/analyses.js';
export type { BackboneDescription, NewBackbone } from './repositories/backbones.js';
export type { NewCheckpoint, RecordedCheckpoint, RemovedCheckpoint } from './repositories/checkpoints.js';
export type { UnneededFiles } from './repositories/dataset-deletion.js';
export type { DatasetClaim, NewDataset } from './repositories/datasets.js';
export type { EndpointChange } from './repositories/endpoint-changes.js';
export type { UseFence } from './repositories/endpoint-moves.js';
export type {
  AgreementIncrement,
  CountIncrement,
  EndpointIncrements,
  LatencyIncrement,
} from './repositories/endpoint-statistics.js';
export type { EndpointsState, EndpointUse, NewEndpoint, ServedEndpoint } from './repositories/endpoints.js';
export type {
  IdempotencyClaim,
  IdempotencyRequest,
  IdempotentAnswer,
  KeyState,
} from './repositories/idempotency-keys.js';
export type { ClaimOptions, Demand, TrainingClaim } from './repositories/job-claims.js';
export type { LogFilter } from './repositories/job-logs.js';
export type { NewJob, NewTransfer, RemovedJob } from './repositories/jobs.js';
export type { Identity } from './repositories/keys.js';
export type { MetricRow } from './repositories/metrics.js';
export type { NewModel } from './repositories/models.js';
export type { OutboxEntry } from './repositories/outbox.js';
export { type NewTrial, type SweepFence, SweepMovedOnError } from './repositories/sweep-changes.js';
export type { TrialOutcome, TrialRow } from './repositories/sweep-trials.js';
export type { NewSweep, SweepRow } from './repositories/sweeps.js';
export type { ExpiredUpload, NewUpload, UploadClaim, UploadUse } from './repositories/uploads.js';
export type { DeliveryClaim, DeliveryOutcome, DeliveryRoom } from './repositories/webhooks.js';
export type { AttachedWorker, NewWorker, WorkerDevice } from './repositories/workers.js';
export type { DatasetContent, TrainedModel } from './trained-model.js';
