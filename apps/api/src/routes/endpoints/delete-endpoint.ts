/** `DELETE /v1/endpoints/{id or name}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { EndpointParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';

const schema = {
  operationId: 'deleteEndpoint',
  summary: 'Delete an endpoint',
  description: 'Its checkpoint stays.',
  tags: ['Endpoints'],
  params: EndpointParams,
  response: { 204: Type.Null({ description: 'It is gone' }), ...keyedProblems('not_found') },
};

export const deleteEndpoint: FastifyPluginAsyncTypebox = async (app) => {
  app.delete('/v1/endpoints/:id', { schema }, async (request, reply) => {
    await app.db.endpoints.remove(request.principal.projectId, request.params.id);
    return reply.code(204).send(null);
  });
};
