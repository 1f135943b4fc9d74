/** `GET /v1/endpoints/{id or name}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Endpoint } from '@trainyard/contracts';
import { showEndpoint } from '../../endpoints/show-endpoint.js';
import { EndpointParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'getEndpoint',
  summary: 'Get an endpoint',
  description:
    'Where it is loaded, how long its answers take and what was counted is at most about two seconds old. Counts survive restarts.',
  tags: ['Endpoints'],
  params: EndpointParams,
  response: { 200: reference(Endpoint), ...keyedProblems('not_found') },
};

export const getEndpoint: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/endpoints/:id', { schema }, async (request) => {
    return showEndpoint(await app.db.endpoints.get(request.principal.projectId, request.params.id));
  });
};
