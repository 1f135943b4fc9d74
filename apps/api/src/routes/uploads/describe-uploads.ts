/** `OPTIONS /v1/uploads` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { keyedProblems } from '../../schemas/problems.js';
import { CHECKSUMS } from '../../uploads/checksum.js';
import { TUS_EXTENSIONS, TUS_VERSION } from '../../uploads/tus-headers.js';

const schema = {
  operationId: 'describeUploads',
  summary: 'Ask which parts of tus are spoken',
  description: 'The headers `Tus-Version`, `Tus-Extension`, `Tus-Checksum-Algorithm` and `Tus-Max-Size` say so.',
  tags: ['Uploads'],
  response: { 204: Type.Null({ description: 'See its headers' }), ...keyedProblems() },
};

export const describeUploads: FastifyPluginAsyncTypebox = async (app) => {
  app.options('/v1/uploads', { schema }, async (_request, reply) =>
    reply
      .headers({
        'tus-version': TUS_VERSION,
        'tus-extension': TUS_EXTENSIONS.join(','),
        'tus-checksum-algorithm': CHECKSUMS.join(','),
        'tus-max-size': app.maxUploadBytes,
      })
      .code(204)
      .send(null),
  );
};
