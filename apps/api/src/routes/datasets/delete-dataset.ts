/** `DELETE /v1/datasets/{id}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { datasetFolder, uploadFolder } from './folders.js';

const schema = {
  operationId: 'deleteDataset',
  summary: 'Delete a data set and its files',
  description: 'Refused while a job that has not ended uses it. Jobs that have ended keep their checkpoints.',
  tags: ['Data sets'],
  params: IdParams,
  response: { 204: Type.Null({ description: 'It is gone' }), ...keyedProblems('not_found', 'conflict') },
};

export const deleteDataset: FastifyPluginAsyncTypebox = async (app) => {
  app.delete('/v1/datasets/:id', { schema }, async (request, reply) => {
    const { id } = request.params;
    await app.db.datasets.remove(request.principal.projectId, id);
    await app.store.removePrefix(uploadFolder(id));
    await app.store.removePrefix(datasetFolder(id));
    return reply.code(204).send(null);
  });
};
