/** `GET /v1/models` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ListQuery } from '@trainyard/contracts';
import { ModelList } from '../../schemas/components.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'listModels',
  summary: 'List models, newest first',
  tags: ['Models'],
  querystring: ListQuery,
  response: { 200: reference(ModelList), ...keyedProblems('invalid_request') },
};

export const listModels: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/models', { schema }, async (request) => {
    return app.db.models.list(request.principal.projectId, request.query);
  });
};
