/** `DELETE /v1/backbones/{id}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { backbonePrefix } from '@trainyard/contracts';
import { Type } from 'typebox';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';

const schema = {
  operationId: 'deleteBackbone',
  summary: 'Delete a backbone',
  description:
    'Refused while a job that has not ended begins with it. Checkpoints of jobs that have ended hold its weights themselves.',
  tags: ['Backbones'],
  params: IdParams,
  response: { 204: Type.Null({ description: 'It is gone' }), ...keyedProblems('not_found', 'conflict') },
};

export const deleteBackbone: FastifyPluginAsyncTypebox = async (app) => {
  app.delete('/v1/backbones/:id', { schema }, async (request, reply) => {
    const { id } = request.params;
    await app.db.backbones.remove(request.principal.projectId, id);
    await app.store.removePrefix(backbonePrefix(id));
    return reply.code(204).send(null);
  });
};
