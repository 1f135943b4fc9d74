/** `POST /v1/uploads` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { newId, TrainyardError, Upload } from '@trainyard/contracts';
import type { Database } from '@trainyard/db';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { type IdempotentRoute, idempotencyHeaders } from '../../idempotency/idempotent-route.js';
import { requestHash } from '../../idempotency/request-hash.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';
import { hasBrokenOff, receiveBytes } from '../../uploads/receive-bytes.js';
import { removeUpload } from '../../uploads/remove-upload.js';
import { checksumOf, hasBody, lengthOf, metadataOf, TUS_CONTENT_TYPE } from '../../uploads/tus-headers.js';
import { uploadFolder } from '../datasets/folders.js';
import { expiresHeader, tusVersion, uploadChecksum } from './headers.js';

const schema = {
  operationId: 'createUpload',
  summary: 'Begin a resumable upload',
  description:
    'Its address is in `Location`: send the bytes there with PATCH. The first of them may come with this request, as ' +
    `\`${TUS_CONTENT_TYPE}\`. When all are there, \`POST /v1/datasets\` takes \`{"upload_id": …}\`.`,
  tags: ['Uploads'],
  headers: Type.Object({
    ...tusVersion,
    'upload-length': Type.Optional(Type.String({ description: 'The size of the whole upload in bytes' })),
    'upload-metadata': Type.Optional(
      Type.String({ description: 'Pairs of a key and a Base64 value, such as `filename Zmxvd2Vycy56aXA=`' }),
    ),
    ...uploadChecksum,
    ...idempotencyHeaders.properties,
  }),
  response: {
    201: reference(Upload, { description: 'Begun; `Location` is its address' }),
    ...keyedProblems(
      'idempotency_key_reused',
      'idempotency_in_progress',
      'bad_request',
      'unsupported_version',
      'payload_too_large',
      'unsupported_media_type',
      'checksum_mismatch',
      'overloaded',
      'storage_full',
    ),
  },
};

const config = {
  accepts: [TUS_CONTENT_TYPE],
  idempotent: {
    status: 201,
    find: (db: Database, projectId: string, id: string) => db.uploads.get(projectId, id),
    hashBody: async (request) => hashOf(request),
  } satisfies IdempotentRoute,
};

export const createUpload: FastifyPluginAsyncTypebox = async (app) => {
  // Also for an answer that is given again: only bodies are kept.
  app.addHook('onSend', async (_request, reply, payload) => {
    if (reply.statusCode !== 201 || typeof payload !== 'string') return payload;
    const upload: Upload = JSON.parse(payload);
    reply.headers({
      location: `/v1/uploads/${upload.id}`,
      'upload-offset': upload.offset,
      ...expiresHeader(upload.expires_at),
    });
    return payload;
  });

  app.post('/v1/uploads', { schema, config }, async (request, reply) =>
    reply.code(201).send(await begin(app, request)),
  );
};

async function begin(app: FastifyInstance, request: FastifyRequest): Promise<Upload> {
  const length = lengthOf(request, app.maxUploadBytes);
  const metadata = metadataOf(request);
  const checksum = checksumOf(request);
  if (Number(request.headers['content-length'] ?? 0) > length) throw longer(length);
  const { projectId } = request.principal;
  const datasetId = newId('dataset');
  const upload = await app.db.uploads.create({
    ...app.uploadRules,
    projectId,
    datasetId,
    sourceKey: `${uploadFolder(datasetId)}/source`,
    length,
    metadata,
    idempotency: request.idempotency && { ...request.idempotency, requestHash: hashOf(request) },
  });
  if (!hasBody(request)) return upload;
  try {
    await receiveBytes(app, request, { uploadId: upload.id, offset: 0, checksum });
    return await app.db.uploads.get(projectId, upload.id);
  } catch (error) {
    // Nobody was told its address. Who broke off and comes back with the key still gets it.
    if (request.idempotency === undefined || !hasBrokenOff(request)) {
      await removeUpload(app, await app.db.uploads.terminate(projectId, upload.id, request.idempotency));
    }
    throw error;
  }
}

/** The bytes that come along may be more or fewer when the request is sent again. */
function hashOf(request: FastifyRequest): string {
  return requestHash(request, [request.headers['upload-length'], request.headers['upload-metadata']]);
}

function longer(length: number): TrainyardError {
  return new TrainyardError('payload_too_large', `The body is longer than Upload-Length, which is ${length}.`);
}
