/** `DELETE /v1/datasets/{id}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { removeFiles } from '../../datasets/remove-files.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';

const schema = {
  operationId: 'deleteDataset',
  summary: 'Delete a data set and its files',
  description:
    'Refused while a job that has not ended uses it, or images are being added to it. Jobs that have ended keep their ' +
    'checkpoints. Files that it shares with another version stay until the last version that has them is deleted; of a data ' +
    'set that is being read, the files go once its worker has noticed.',
  tags: ['Data sets'],
  params: IdParams,
  response: { 204: Type.Null({ description: 'It is gone' }), ...keyedProblems('not_found', 'conflict') },
};

export const deleteDataset: FastifyPluginAsyncTypebox = async (app) => {
  app.delete('/v1/datasets/:id', { schema }, async (request, reply) => {
    const { id } = request.params;
    const touched = await app.db.datasets.remove(request.principal.projectId, id);
    for (const files of await app.db.datasets.unneededFiles(touched)) await removeFiles(app, files);
    return reply.code(204).send(null);
  });
};
