/** Answers with a picture that was drawn when the data set was read. */
import type { Readable } from 'node:stream';
import { type GalleryPicture, galleryKey } from '@trainyard/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { IdParams } from '../schemas/parameters.js';
import { keyedProblems } from '../schemas/problems.js';
import { readGallery } from './gallery.js';

/** What is ready never changes, so it need not be asked for again; it is for the holder of the key alone. */
export const IMMUTABLE = 'private, max-age=31536000, immutable';

export const pngResponse = {
  description: 'The picture',
  content: { 'image/png': { schema: Type.Unsafe<Readable | Uint8Array>({ type: 'string', format: 'binary' }) } },
};

export const pictureSchema = {
  tags: ['Data sets'],
  params: IdParams,
  response: {
    200: pngResponse,
    304: Type.Null({ description: 'It is the one that `If-None-Match` names' }),
    ...keyedProblems('not_found', 'dataset_not_ready'),
  },
};

export async function sendPicture(
  app: FastifyInstance,
  request: FastifyRequest<{ Params: { id: string } }>,
  reply: FastifyReply,
  picture: GalleryPicture,
): Promise<FastifyReply> {
  const { id } = request.params;
  const { index } = await readGallery(app, request.principal.projectId, id);
  const { sha256, bytes } = index[picture];
  const tag = `"${sha256}"`;
  const stream = matches(request, tag) ? null : await app.store.read(galleryKey(id, `${picture}.png`));
  reply.header('etag', tag).header('cache-control', IMMUTABLE);
  if (stream === null) return reply.code(304).send();
  return reply.type('image/png').header('content-length', bytes).send(stream);
}

/** Whether the client has it already (RFC 9110, 13.1.2). */
function matches({ headers }: Pick<FastifyRequest, 'headers'>, tag: string): boolean {
  const known = headers['if-none-match'];
  if (known === undefined) return false;
  return known.split(',').some((candidate) => ['*', tag, `W/${tag}`].includes(candidate.trim()));
}
