/** `GET /v1/evaluations` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ListQuery, Strict } from '@trainyard/contracts';
import { Type } from 'typebox';
import { summarizeEvaluation } from '../../evaluations/show-evaluation.js';
import { EvaluationList } from '../../schemas/components.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'listEvaluations',
  summary: 'List evaluations, newest first, without their results',
  tags: ['Evaluations'],
  querystring: Strict({
    ...ListQuery.properties,
    job_id: Type.Optional(Type.String()),
    checkpoint_id: Type.Optional(Type.String()),
  }),
  response: { 200: reference(EvaluationList), ...keyedProblems('invalid_request') },
};

export const listEvaluations: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/evaluations', { schema }, async (request) => {
    const { job_id, checkpoint_id, ...page } = request.query;
    const about = {
      ...(job_id === undefined ? {} : { jobId: job_id }),
      ...(checkpoint_id === undefined ? {} : { checkpointId: checkpoint_id }),
    };
    const list = await app.db.analyses.list(request.principal.projectId, { kind: 'evaluation', ...page, ...about });
    return { ...list, data: list.data.map(summarizeEvaluation) };
  });
};
