/** `GET /v1/jobs/compare` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ComparedPredictions } from '@trainyard/analysis';
import {
  type Dataset,
  type Job,
  JobComparison,
  Strict,
  type TestedJob,
  TrainyardError,
  Words,
} from '@trainyard/contracts';
import type { Database } from '@trainyard/db';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { ComparedIds, comparedJobs } from '../../comparison/compared-jobs.js';
import { jobDifferences } from '../../comparison/job-documents.js';
import { jobMetrics } from '../../comparison/job-metrics.js';
import { comparePairs } from '../../comparison/job-pairs.js';
import { readPredictions, testJobs } from '../../comparison/tested-jobs.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const WAIT_MS = 20_000;
const RETRY_AFTER_S = '2';

const schema = {
  operationId: 'compareJobs',
  summary: 'Compare jobs',
  description:
    'Where their specifications, trainings and data differ, their figures side by side, and for each two whether one is ' +
    "better than chance explains: their best checkpoints are tested on each one's own data set, and compared on the " +
    'images that both were tested on. Evaluations that are not there are made, and waited for up to 20 s.',
  tags: ['Jobs'],
  querystring: Strict({
    ids: ComparedIds,
    split: Type.Optional(Words(['test', 'validation'] as const, { default: 'test' })),
  }),
  response: {
    200: reference(JobComparison),
    202: reference(JobComparison, {
      description: 'An evaluation is not done: `test.pairs` is not complete. Ask again',
    }),
    ...keyedProblems('not_found', 'invalid_request'),
  },
};

export const compareJobs: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/jobs/compare', { schema }, async (request, reply) => {
    const { projectId } = request.principal;
    const { ids, split = 'test' } = request.query;
    const jobs = await comparedJobs(app.db, projectId, ids);
    const datasets = await datasetsOf(app.db, projectId, jobs);
    const tested = await testJobs(app, projectId, { jobs, split, ms: WAIT_MS });
    const isDone = tested.every(({ status }) => status !== 'queued' && status !== 'running');
    const compared = isDone ? await comparePairs(await predictionsOf(app, tested)) : { pairs: [], notes: [] };
    const comparison: JobComparison = {
      object: 'job_comparison',
      jobs: jobs.map(({ id, name, status, dataset_id, best }) => {
        return { id, name, status, dataset_id, checkpoint_id: best?.checkpoint_id ?? null };
      }),
      differences: jobDifferences(jobs, datasets),
      metrics: jobMetrics(jobs),
      test: { split, jobs: tested, ...compared },
      curves: `/v1/jobs/compare.png?ids=${jobs.map(({ id }) => id).join(',')}`,
    };
    if (isDone) return reply.code(200).send(comparison);
    return reply.code(202).header('retry-after', RETRY_AFTER_S).send(comparison);
  });
};

async function predictionsOf(
  app: FastifyInstance,
  tested: readonly TestedJob[],
): Promise<Map<string, ComparedPredictions>> {
  const found = new Map<string, ComparedPredictions>();
  for (const { job_id, evaluation_id, status } of tested) {
    if (status === 'succeeded' && evaluation_id !== null) found.set(job_id, await readPredictions(app, evaluation_id));
  }
  return found;
}

/** Those that are still there. */
async function datasetsOf(db: Database, projectId: string, jobs: readonly Job[]): Promise<Map<string, Dataset>> {
  const found = new Map<string, Dataset>();
  for (const id of new Set(jobs.map(({ dataset_id }) => dataset_id))) {
    const dataset = await db.datasets.get(projectId, id).catch((error: unknown) => {
      if (error instanceof TrainyardError && error.code === 'not_found') return null;
      throw error;
    });
    if (dataset) found.set(id, dataset);
  }
  return found;
}
