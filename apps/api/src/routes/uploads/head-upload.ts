/** `HEAD /v1/uploads/{id}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { expiresHeader, tusVersion } from './headers.js';

const schema = {
  operationId: 'headUpload',
  summary: 'Ask how many bytes of an upload are there',
  description: '`Upload-Offset` says it: go on from there.',
  tags: ['Uploads'],
  params: IdParams,
  headers: Type.Object(tusVersion),
  response: {
    200: Type.Null({ description: 'See its headers' }),
    ...keyedProblems('not_found', 'unsupported_version'),
  },
};

/** Others of its kind are those of GET routes, and not documented. */
const config = { swagger: { exposeHeadRoute: true } };

export const headUpload: FastifyPluginAsyncTypebox = async (app) => {
  app.head('/v1/uploads/:id', { schema, config }, async (request, reply) => {
    const upload = await app.db.uploads.get(request.principal.projectId, request.params.id);
    reply.headers({
      'cache-control': 'no-store',
      'upload-offset': upload.offset,
      'upload-length': upload.length,
      ...expiresHeader(upload.expires_at),
      ...(upload.metadata === null ? {} : { 'upload-metadata': upload.metadata }),
    });
    return reply.code(200).send(null);
  });
};
