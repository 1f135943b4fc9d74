/** `GET /v1/jobs/{id}/evaluation` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Evaluation, JobEvaluationQuery } from '@trainyard/contracts';
import { checkpointOfJob } from '../../evaluations/best-checkpoint.js';
import { WAIT_MS } from '../../evaluations/ended-evaluation.js';
import { requestEvaluation } from '../../evaluations/request-evaluation.js';
import { showEvaluation } from '../../evaluations/show-evaluation.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const RETRY_AFTER_S = '2';

const schema = {
  operationId: 'getJobEvaluation',
  summary: 'Get the evaluation of a job',
  description:
    'Of its best checkpoint on the test split, unless the query says otherwise. Where it has not been made yet, asking ' +
    'makes it, and the answer waits for up to 20 s.',
  tags: ['Jobs', 'Evaluations'],
  params: IdParams,
  querystring: JobEvaluationQuery,
  response: {
    200: reference(Evaluation, { description: 'It has ended: `succeeded`, or `failed`' }),
    202: reference(Evaluation, { description: 'It is not done: ask again' }),
    ...keyedProblems('not_found', 'conflict', 'dataset_not_ready', 'invalid_request'),
  },
};

export const getJobEvaluation: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/jobs/:id/evaluation', { schema }, async (request, reply) => {
    const { projectId } = request.principal;
    const { checkpoint_id, dataset_id, split, temperature_scaling } = request.query;
    const job = { projectId, jobId: request.params.id };
    const asked = await requestEvaluation(app, {
      ...{ projectId, split },
      checkpointId: await checkpointOfJob(app.db, job, checkpoint_id),
      datasetId: dataset_id,
      temperatureScaling: temperature_scaling,
    });
    const evaluation = await showEvaluation(app, await app.analyses.wait(asked, WAIT_MS));
    if (evaluation.ended_at !== null) return reply.code(200).send(evaluation);
    return reply.code(202).header('retry-after', RETRY_AFTER_S).send(evaluation);
  });
};
