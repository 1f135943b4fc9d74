/** `GET /v1/datasets` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ListQuery } from '@trainyard/contracts';
import { DatasetList } from '../../schemas/components.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'listDatasets',
  summary: 'List data sets, newest first',
  tags: ['Data sets'],
  querystring: ListQuery,
  response: { 200: reference(DatasetList), ...keyedProblems('invalid_request') },
};

export const listDatasets: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/datasets', { schema }, async (request) => {
    return app.db.datasets.list(request.principal.projectId, request.query);
  });
};
