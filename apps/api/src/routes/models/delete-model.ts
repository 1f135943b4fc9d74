/** `DELETE /v1/models/{id}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';

const schema = {
  operationId: 'deleteModel',
  summary: 'Delete a model',
  description: 'Jobs that were made from it keep their copy of the specification.',
  tags: ['Models'],
  params: IdParams,
  response: { 204: Type.Null({ description: 'It is gone' }), ...keyedProblems('not_found') },
};

export const deleteModel: FastifyPluginAsyncTypebox = async (app) => {
  app.delete('/v1/models/:id', { schema }, async (request, reply) => {
    await app.db.models.remove(request.principal.projectId, request.params.id);
    return reply.code(204).send(null);
  });
};
