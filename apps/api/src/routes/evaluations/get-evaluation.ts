/** `GET /v1/evaluations/{id}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Evaluation } from '@trainyard/contracts';
import { getEvaluationAnalysis, showEvaluation } from '../../evaluations/show-evaluation.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'getEvaluation',
  summary: 'Get an evaluation, with its result once it has succeeded',
  tags: ['Evaluations'],
  params: IdParams,
  response: { 200: reference(Evaluation), ...keyedProblems('not_found') },
};

export const getEvaluation: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/evaluations/:id', { schema }, async (request) => {
    const { id } = request.params;
    return showEvaluation(app, await getEvaluationAnalysis(app, request.principal.projectId, id));
  });
};
