/** `PATCH /v1/uploads/{id}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { receiveBytes } from '../../uploads/receive-bytes.js';
import { checksumOf, offsetOf, TUS_CONTENT_TYPE } from '../../uploads/tus-headers.js';
import { expiresHeader, tusVersion, uploadChecksum } from './headers.js';

const RETRY_AFTER_S = 1;

const bytes = Type.Unsafe<string>({ type: 'string', format: 'binary' });

const schema = {
  operationId: 'appendUpload',
  summary: 'Send bytes of an upload',
  description:
    'As many as you like at a time. Those that came before a connection broke count; ask HEAD how many they are. With ' +
    '`Upload-Checksum` all bytes of the request count, or none.',
  tags: ['Uploads'],
  params: IdParams,
  headers: Type.Object({
    ...tusVersion,
    'upload-offset': Type.Optional(Type.String({ description: 'How many bytes the upload has: where these go on' })),
    ...uploadChecksum,
  }),
  response: {
    204: Type.Null({ description: 'Stored; `Upload-Offset` says how many bytes the upload has' }),
    ...keyedProblems(
      'bad_request',
      'not_found',
      'conflict',
      'unsupported_version',
      'payload_too_large',
      'unsupported_media_type',
      'upload_locked',
      'checksum_mismatch',
      'unavailable',
      'storage_full',
    ),
  },
};

const config = {
  accepts: [TUS_CONTENT_TYPE],
  streamedBody: { content: { [TUS_CONTENT_TYPE]: { schema: bytes } } },
};

export const appendUpload: FastifyPluginAsyncTypebox = async (app) => {
  app.addHook('onSend', async (_request, reply, payload) => {
    if (reply.statusCode === 423) reply.header('retry-after', RETRY_AFTER_S);
    return payload;
  });

  app.patch('/v1/uploads/:id', { schema, config }, async (request, reply) => {
    const { id } = await app.db.uploads.get(request.principal.projectId, request.params.id);
    const piece = { uploadId: id, offset: offsetOf(request), checksum: checksumOf(request) };
    const { received, expiresAt } = await receiveBytes(app, request, piece);
    reply.headers({ 'upload-offset': received, ...expiresHeader(expiresAt) });
    return reply.code(204).send(null);
  });
};
