/** What it takes to build the network of a checkpoint again: for an endpoint, or for an exported file. */
import {
  completeTraining,
  DATASET_TASKS,
  type DatasetCounts,
  type DatasetOptions,
  type DatasetStats,
  type DatasetTask,
  type ImageFit,
  type ImageSize,
  type StoredTraining,
  type Training,
} from '@trainyard/contracts';
import type { Prisma } from './client.js';
import { fromJson } from './json.js';

/** What is known of a data set that has been read. */
export interface DatasetContent {
  id: string;
  projectId: string;
  task: DatasetTask;
  /** Of classes or labels; empty for a regression. */
  classes: string[];
  /** Names of the numbers of a regression; else null. */
  targets: string[] | null;
  image: ImageSize;
  fit: ImageFit;
  counts: DatasetCounts;
  stats: DatasetStats;
  /** Of its manifest; null for one that was read before manifests had one. */
  digest: string | null;
}

/** A checkpoint with the specification, training and data that it came from. `digest` is that of the stored file. */
export interface TrainedModel {
  checkpointId: string;
  projectId: string;
  jobId: string;
  storageKey: string;
  digest: string;
  bytes: number;
  epoch: number;
  step: number;
  spec: unknown;
  training: Training;
  plan: unknown;
  dataset: DatasetContent;
}

export const trainedModelInclude = { job: { include: { dataset: true } } } satisfies Prisma.CheckpointInclude;

type CheckpointRow = Prisma.CheckpointGetPayload<{ include: typeof trainedModelInclude }>;

export function toTrainedModel(row: CheckpointRow): TrainedModel {
  return {
    checkpointId: row.id,
    projectId: row.projectId,
    jobId: row.jobId,
    storageKey: row.storageKey,
    digest: row.digest,
    bytes: Number(row.bytes),
    epoch: row.epoch,
    step: row.step,
    spec: row.job.spec,
    training: completeTraining(fromJson<StoredTraining>(row.job.training)),
    plan: row.job.plan,
    dataset: toDatasetContent(row.job.dataset),
  };
}

/** Only for a data set that became `ready`, where none of these columns but `targets` is null. */
export function toDatasetContent(row: Prisma.DatasetGetPayload<object>): DatasetContent {
  return {
    id: row.id,
    projectId: row.projectId,
    task: DATASET_TASKS.find((task) => task === row.task) ?? 'multiclass',
    classes: fromJson<string[]>(row.classes),
    targets: fromJson<string[] | null>(row.targets),
    image: fromJson<ImageSize>(row.image),
    fit: fromJson<DatasetOptions>(row.options).image?.fit ?? 'cover',
    counts: fromJson<DatasetCounts>(row.counts),
    stats: fromJson<DatasetStats>(row.stats),
    digest: row.digest,
  };
}
