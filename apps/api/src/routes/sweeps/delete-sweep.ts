/** `DELETE /v1/sweeps/{id}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';

const schema = {
  operationId: 'deleteSweep',
  summary: 'Delete a sweep that has ended',
  description: 'Its jobs stay, with their checkpoints, each by itself.',
  tags: ['Sweeps'],
  params: IdParams,
  response: { 204: Type.Null({ description: 'Deleted' }), ...keyedProblems('not_found', 'conflict') },
};

export const deleteSweep: FastifyPluginAsyncTypebox = async (app) => {
  app.delete('/v1/sweeps/:id', { schema }, async (request, reply) => {
    await app.db.sweeps.remove(request.principal.projectId, request.params.id);
    return reply.code(204).send(null);
  });
};
