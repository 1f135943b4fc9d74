/** `GET /v1/endpoints` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ListQuery } from '@trainyard/contracts';
import { showEndpoint } from '../../endpoints/show-endpoint.js';
import { EndpointList } from '../../schemas/components.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'listEndpoints',
  summary: 'List endpoints, newest first',
  tags: ['Endpoints'],
  querystring: ListQuery,
  response: { 200: reference(EndpointList), ...keyedProblems('invalid_request') },
};

export const listEndpoints: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/endpoints', { schema }, async (request) => {
    const list = await app.db.endpoints.list(request.principal.projectId, request.query);
    return { ...list, data: list.data.map(showEndpoint) };
  });
};
