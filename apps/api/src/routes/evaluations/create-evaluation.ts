/** `POST /v1/evaluations` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CreateEvaluation, Evaluation } from '@trainyard/contracts';
import type { Database } from '@trainyard/db';
import { checkpointOfJob } from '../../evaluations/best-checkpoint.js';
import { requestEvaluation } from '../../evaluations/request-evaluation.js';
import { summarizeEvaluation } from '../../evaluations/show-evaluation.js';
import { type IdempotentRoute, idempotencyHeaders } from '../../idempotency/idempotent-route.js';
import { requireOneOf } from '../../schemas/one-of-fields.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const ONE_CHECKPOINT = 'Give either `checkpoint_id`, or `job_id` for the best checkpoint of a job.';

const schema = {
  operationId: 'createEvaluation',
  summary: 'Evaluate a checkpoint',
  description:
    'Give `checkpoint_id`, or `job_id` for the best checkpoint of a job. A worker predicts every image of the split; ' +
    'poll the evaluation until it has `succeeded`. Equal requests are one evaluation, as long as it has not failed.',
  tags: ['Evaluations'],
  headers: idempotencyHeaders,
  body: reference(CreateEvaluation),
  response: {
    202: reference(Evaluation, { description: 'It is queued, or has been done before' }),
    ...keyedProblems(
      'idempotency_key_reused',
      'idempotency_in_progress',
      'not_found',
      'conflict',
      'dataset_not_ready',
      'invalid_request',
      'invalid_json',
      'unsupported_media_type',
    ),
  },
};

const config = {
  idempotent: {
    status: 202,
    find: async (db: Database, projectId: string, id: string) =>
      summarizeEvaluation(await db.analyses.get(projectId, id)),
  } satisfies IdempotentRoute,
};

export const createEvaluation: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/evaluations', { schema, config }, async (request, reply) => {
    const { checkpoint_id, job_id, dataset_id, split, temperature_scaling } = request.body;
    requireOneOf(request.body, ['checkpoint_id', 'job_id'], ONE_CHECKPOINT);
    const { idempotency, principal } = request;
    const { projectId } = principal;
    const checkpointId =
      checkpoint_id ?? (await checkpointOfJob(app.db, { projectId, jobId: job_id ?? '' }, undefined));
    const analysis = await requestEvaluation(app, {
      ...{ projectId, checkpointId, split, idempotency },
      datasetId: dataset_id,
      temperatureScaling: temperature_scaling,
    });
    return reply.code(202).send(summarizeEvaluation(analysis));
  });
};
