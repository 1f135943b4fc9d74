/** `GET /v1/models/{id}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Model } from '@trainyard/contracts';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'getModel',
  summary: 'Get a model',
  tags: ['Models'],
  params: IdParams,
  response: { 200: reference(Model), ...keyedProblems('not_found') },
};

export const getModel: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/models/:id', { schema }, async (request) => {
    return app.db.models.get(request.principal.projectId, request.params.id);
  });
};
