/** `DELETE /v1/uploads/{id}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { removeUpload } from '../../uploads/remove-upload.js';
import { tusVersion } from './headers.js';

const schema = {
  operationId: 'deleteUpload',
  summary: 'Give an upload up',
  description:
    'Its bytes are removed, and what is still being sent to it is refused. A data set that was made of it stays.',
  tags: ['Uploads'],
  params: IdParams,
  headers: Type.Object(tusVersion),
  response: { 204: Type.Null({ description: 'It is gone' }), ...keyedProblems('not_found', 'unsupported_version') },
};

export const deleteUpload: FastifyPluginAsyncTypebox = async (app) => {
  app.delete('/v1/uploads/:id', { schema }, async (request, reply) => {
    await removeUpload(app, await app.db.uploads.terminate(request.principal.projectId, request.params.id));
    return reply.code(204).send(null);
  });
};
