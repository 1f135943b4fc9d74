/** `GET /v1/datasets/{id}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Dataset } from '@trainyard/contracts';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'getDataset',
  summary: 'Get a data set',
  description: 'Its status, what was found in it, and what was skipped and why.',
  tags: ['Data sets'],
  params: IdParams,
  response: { 200: reference(Dataset), ...keyedProblems('not_found') },
};

export const getDataset: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/datasets/:id', { schema }, async (request) => {
    return app.db.datasets.get(request.principal.projectId, request.params.id);
  });
};
