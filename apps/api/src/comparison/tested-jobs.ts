/** The evaluations that jobs are compared by: that of each one's best checkpoint on its own data set. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ComparedPredictions } from '@trainyard/analysis';
import {
  EVALUATION_FILES,
  type Job,
  type JobComparison,
  parseEvaluatedSamples,
  type Split,
  type TestedJob,
} from '@trainyard/contracts';
import type { Analysis } from '@trainyard/db';
import type { FastifyInstance } from 'fastify';

type ComparedSplit = JobComparison['test']['split'] & Split;

const LOOK_MS = 100;

/** Asks for those that are not there, and waits for all of them, for `ms` at most. */
export async function testJobs(
  app: FastifyInstance,
  projectId: string,
  { jobs, split, ms }: { jobs: readonly Job[]; split: ComparedSplit; ms: number },
): Promise<TestedJob[]> {
  const asked = await Promise.all(jobs.map((job) => evaluationOf(app, projectId, job, split)));
  const until = performance.now() + ms;
  for (;;) {
    const now = await Promise.all(asked.map((each) => each && app.db.analyses.get(projectId, each.id)));
    const isOver = now.every((each) => each === null || each.status === 'succeeded' || each.status === 'failed');
    if (isOver || performance.now() >= until) return jobs.map((job, i) => testedJob(job, now[i]));
    await sleep(LOOK_MS);
  }
}

/** Null where there is no checkpoint yet. */
async function evaluationOf(
  app: FastifyInstance,
  projectId: string,
  { id: jobId, best, dataset_id: datasetId }: Job,
  split: ComparedSplit,
): Promise<Analysis | null> {
  if (best === null) return null;
  const { checkpoint_id: checkpointId } = best;
  const request = { checkpoint_id: checkpointId, dataset_id: datasetId, split };
  return app.analyses.request({ projectId, kind: 'evaluation', request, jobId, checkpointId, datasetId });
}

function testedJob({ id: job_id }: Job, evaluation: Analysis | null): TestedJob {
  if (evaluation === null) {
    const error = { code: 'conflict', message: `The job ${job_id} has no checkpoint to test yet.` };
    return { job_id, evaluation_id: null, status: 'left_out', error };
  }
  return { job_id, evaluation_id: evaluation.id, status: evaluation.status, error: evaluation.error };
}

/** What the evaluation of a job predicted, image by image. */
export async function readPredictions(app: FastifyInstance, evaluationId: string): Promise<ComparedPredictions> {
  const samples = parseEvaluatedSamples(await app.analyses.read(evaluationId, EVALUATION_FILES.samples));
  const { task, names, count, contents, labels } = samples;
  const predictions = floats(await app.analyses.read(evaluationId, EVALUATION_FILES.predictions));
  return { task, names, count, contents, labels: Float64Array.from(labels), predictions };
}

/** Of little-endian float32 numbers. */
function floats(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = Float32Array.BYTES_PER_ELEMENT;
  return Float32Array.from({ length: bytes.byteLength / size }, (_, i) => view.getFloat32(i * size, true));
}
