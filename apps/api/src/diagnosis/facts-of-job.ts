/** Gathers what the service knows of a job for its diagnosis, and what would make the same job again. */
import { type DiagnosisFacts, isModelSpec } from '@trainyard/analysis';
import {
  type ClassWeightOptions,
  completeTraining,
  type Dataset,
  type Job,
  type StoredTraining,
  TrainyardError,
} from '@trainyard/contracts';
import type { Database } from '@trainyard/db';

/** Throws `not_found`. */
export async function factsOfJob(
  db: Database,
  projectId: string,
  jobId: string,
): Promise<{ job: Job; facts: DiagnosisFacts }> {
  const job = await db.jobs.get(projectId, jobId);
  const dataset = await datasetOf(db, projectId, job);
  const { epochs, probes } = await db.metrics.history(projectId, jobId);
  // Only the service itself writes what a job holds, and it writes what it has checked.
  const stored = job.training as StoredTraining;
  if (!isModelSpec(job.model)) throw new TrainyardError('internal', `The job ${jobId} has no specification.`);
  return {
    job,
    facts: {
      status: job.status,
      stopReason: job.result?.stop_reason ?? null,
      error: job.error,
      rollback: job.rollback,
      spec: job.model,
      training: completeTraining(stored),
      dataset,
      epochs,
      probes,
      body: bodyOf(job, job.model, stored, dataset.classes ?? []),
    },
  };
}

/** Of a data set that was deleted nothing but the name is left. */
async function datasetOf(db: Database, projectId: string, { dataset_id }: Job): Promise<DiagnosisFacts['dataset']> {
  try {
    const dataset: Dataset = await db.datasets.get(projectId, dataset_id);
    return dataset;
  } catch (error) {
    if (!(error instanceof TrainyardError) || error.code !== 'not_found') throw error;
    return { id: dataset_id, task: null, classes: null, counts: null, warnings: [] };
  }
}

function bodyOf(
  job: Job,
  model: DiagnosisFacts['spec'],
  { class_weights, ...training }: StoredTraining,
  classes: readonly string[],
): DiagnosisFacts['body'] {
  return {
    ...(job.name === null ? {} : { name: job.name }),
    dataset_id: job.dataset_id,
    model,
    training: { ...training, class_weights: class_weights ? byName(class_weights, classes) : null },
    device: job.device.requested,
    priority: job.priority,
    tags: job.tags,
    ...(job.init_from === null ? {} : { init_from: job.init_from }),
    ...(job.freeze.length === 0 ? {} : { freeze: job.freeze }),
    ...(job.unfreeze === null ? {} : { unfreeze: job.unfreeze }),
  };
}

function byName(weights: readonly number[], classes: readonly string[]): ClassWeightOptions {
  return Object.fromEntries(weights.map((weight, i) => [classes[i], weight]));
}
