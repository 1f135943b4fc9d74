/** `GET /v1/uploads` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ListQuery } from '@trainyard/contracts';
import { UploadList } from '../../schemas/components.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'listUploads',
  summary: 'List uploads, newest first',
  description: 'Those whose time is not over, with those that data sets were made of.',
  tags: ['Uploads'],
  querystring: ListQuery,
  response: { 200: reference(UploadList), ...keyedProblems('invalid_request') },
};

export const listUploads: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/uploads', { schema }, async (request) => {
    return app.db.uploads.list(request.principal.projectId, request.query);
  });
};
