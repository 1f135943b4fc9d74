/** What jobs are compared by: what each was to train, how, and on what. */
import { findDifferences } from '@trainyard/analysis';
import type { Dataset, Job, JobDifference } from '@trainyard/contracts';

/** `datasets` lacks those that were deleted. */
export function jobDifferences(jobs: readonly Job[], datasets: ReadonlyMap<string, Dataset>): JobDifference[] {
  const documents = jobs.map((job) => [job.id, documentOf(job, datasets.get(job.dataset_id))] as const);
  return findDifferences(Object.fromEntries(documents)).map(({ pointer, values }) => ({ pointer, values }));
}

function documentOf(job: Job, dataset: Dataset | undefined): object {
  return {
    model: job.model,
    training: job.training,
    transfer: transferOf(job),
    device: job.device.used ?? job.device.requested,
    dataset: { id: job.dataset_id, digest: job.dataset_digest, ...(dataset ? contentOf(dataset) : {}) },
  };
}

function transferOf({ init_from, freeze, unfreeze }: Job): object {
  return { init_from, freeze, unfreeze };
}

function contentOf({ name, parent_id, version, task, classes, targets, image, counts, stats }: Dataset): object {
  return { name, parent_id, version, task, classes, targets, image, counts, stats };
}
