/** `/v1/uploads`: resumable uploads, as tus 1.0 has them. What all of its routes have in common. */
import { TrainyardError } from '@trainyard/contracts';
import type { FastifyPluginAsync } from 'fastify';
import { drain } from '../../uploads/drain.js';
import { TUS_CONTENT_TYPE, TUS_VERSION } from '../../uploads/tus-headers.js';
import { appendUpload } from './append-upload.js';
import { createUpload } from './create-upload.js';
import { deleteUpload } from './delete-upload.js';
import { describeUploads } from './describe-uploads.js';
import { getUpload } from './get-upload.js';
import { headUpload } from './head-upload.js';
import { listUploads } from './list-uploads.js';

/** Methods that the protocol says nothing of, or for which it asks no version. */
const UNVERSIONED = ['GET', 'OPTIONS'];

// Of GET routes Fastify makes HEAD routes too, unless there is one.
const ROUTES = [describeUploads, createUpload, headUpload, appendUpload, deleteUpload, listUploads, getUpload];

/** Where `X-HTTP-Method-Override` is heard, as the protocol asks. */
export function isUploadPath(path: string): boolean {
  return path === '/v1/uploads' || path.startsWith('/v1/uploads/');
}

export const uploads: FastifyPluginAsync = async (app) => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(TUS_CONTENT_TYPE, (_request, _payload, done) => done(null));

  app.addHook('onRequest', async (request, reply) => {
    if (UNVERSIONED.includes(request.method) || request.headers['tus-resumable'] === TUS_VERSION) return;
    reply.header('tus-version', TUS_VERSION);
    throw new TrainyardError('unsupported_version', `Send Tus-Resumable: ${TUS_VERSION}.`);
  });
  app.addHook('onError', async (request) => drain(request.raw));
  app.addHook('onSend', async (_request, reply, payload) => {
    reply.header('tus-resumable', TUS_VERSION);
    return payload;
  });

  for (const route of ROUTES) await app.register(route);
};
