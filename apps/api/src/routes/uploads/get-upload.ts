/** `GET /v1/uploads/{id}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Upload } from '@trainyard/contracts';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'getUpload',
  summary: 'Get an upload',
  description: 'How far it is, until when it is kept, and which data set was made of it.',
  tags: ['Uploads'],
  params: IdParams,
  response: { 200: reference(Upload), ...keyedProblems('not_found') },
};

export const getUpload: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/uploads/:id', { schema }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    return app.db.uploads.get(request.principal.projectId, request.params.id);
  });
};
