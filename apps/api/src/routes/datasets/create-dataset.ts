/** `POST /v1/datasets` */
import multipart from '@fastify/multipart';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CreateDataset, Dataset, newId, TrainyardError } from '@trainyard/contracts';
import type { Database } from '@trainyard/db';
import { checkInput } from '@trainyard/http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { type IdempotentRoute, idempotencyHeaders } from '../../idempotency/idempotent-route.js';
import { requestHash } from '../../idempotency/request-hash.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';
import { readDatasetForm } from '../../uploads/dataset-form.js';
import { digestOf } from '../../uploads/digest-of.js';
import { drain } from '../../uploads/drain.js';
import { holdUpload } from '../../uploads/upload-lease.js';
import { uploadFolder } from './folders.js';

/** What a form may be longer than its file. */
const FORM_BYTES = 1024 * 1024;

const form = Type.Object({
  file: Type.Unsafe<string>({
    type: 'string',
    format: 'binary',
    description: 'A zip file, a tar file, plain or packed with gzip or zstd, or a CSV or Parquet file by itself',
  }),
  ...CreateDataset.properties,
});

const schema = {
  operationId: 'createDataset',
  summary: 'Upload a data set',
  description:
    'Formats: `image_folder` (an archive with one folder a class, or `train/ val/ test/` above those), `idx` (the four files of MNIST in an archive), ' +
    '`cifar_binary` (the .bin files of CIFAR-10 or CIFAR-100), `npz` (NumPy arrays of images and labels), `csv` (pixels and a label in each row, or file names ' +
    'and labels beside the images) and `parquet` (images or pixels and labels, as on Hugging Face). ' +
    'The upload is read in the background: poll the data set until its status is `ready` or `failed`. `options` is sent as JSON text.',
  tags: ['Data sets'],
  headers: idempotencyHeaders,
  response: {
    202: reference(Dataset, { description: 'Stored; it is being read' }),
    ...keyedProblems(
      'idempotency_key_reused',
      'idempotency_in_progress',
      'invalid_multipart',
      'payload_too_large',
      'unsupported_media_type',
      'invalid_request',
      'unavailable',
      'storage_full',
    ),
  },
};

const config = {
  accepts: ['multipart/form-data'],
  streamedBody: { content: { 'multipart/form-data': { schema: form } } },
  idempotent: {
    status: 202,
    find: (db: Database, projectId: string, id: string) => db.datasets.get(projectId, id),
    hashBody: hashForm,
  } satisfies IdempotentRoute,
};

export const createDataset: FastifyPluginAsyncTypebox = async (app) => {
  await app.register(multipart);
  app.removeContentTypeParser('application/json');

  app.post('/v1/datasets', { schema, config }, async (request, reply) => {
    try {
      return await reply.code(202).send(await receive(app, request));
    } catch (error) {
      drain(request.raw);
      throw error;
    }
  });
};

/**
 * The row comes before the file, and is `uploading` until the file is whole: should this process be killed, another one
 * finds by the row what is to be cleared away. An upload that breaks off leaves neither.
 */
async function receive(app: FastifyInstance, request: FastifyRequest): Promise<Dataset> {
  if (!request.isMultipart()) throw notMultipart();
  refuseLonger(request, app.maxUploadBytes);
  const id = newId('dataset');
  const sourceKey = `${uploadFolder(id)}/source`;
  await app.db.datasets.create({ id, projectId: request.principal.projectId, sourceKey });
  const release = holdUpload(app.db.datasets, id, request.log);
  try {
    const { fields, stored } = await readDatasetForm(request, {
      check: checkFields(request),
      store: (file) => app.store.write(sourceKey, file, { maxBytes: app.maxUploadBytes }),
    });
    const { bytes, sha256 } = stored;
    const idempotency = request.idempotency && { ...request.idempotency, requestHash: hashOf(request, fields, sha256) };
    const dataset = await app.db.datasets.uploaded(id, { bytes, ...fields, idempotency });
    app.dispatch();
    return dataset;
  } catch (error) {
    await leaveNothing(app, request, id);
    throw error;
  } finally {
    release();
  }
}

function checkFields(request: FastifyRequest) {
  return (given: Record<string, unknown>) => {
    checkInput(request, CreateDataset, given);
    return given as CreateDataset;
  };
}

/** What counts of a form is its fields and its file, in whichever order and with whichever boundary they came. */
function hashOf(request: FastifyRequest, { name, format, options }: CreateDataset, sha256: string): string {
  return requestHash(request, [name, format, options, sha256]);
}

/** Reads a form that was sent before, and keeps nothing of it. */
async function hashForm(request: FastifyRequest): Promise<string> {
  if (!request.isMultipart()) throw notMultipart();
  refuseLonger(request, request.server.maxUploadBytes);
  const { fields, stored } = await readDatasetForm(request, { check: checkFields(request), store: digestOf });
  return hashOf(request, fields, stored.sha256);
}

/** What cannot be cleared away now keeps its row, by which it is found later. */
async function leaveNothing(app: FastifyInstance, request: FastifyRequest, id: string): Promise<void> {
  try {
    // A database that breaks off while it commits may have done so.
    if (!(await app.db.datasets.abandonUpload(id))) return;
    await app.store.removePrefix(uploadFolder(id));
    await app.db.datasets.discard(id);
  } catch (err) {
    request.log.error({ err, id }, 'an upload was not cleared away yet');
  }
}

function notMultipart(): TrainyardError {
  return new TrainyardError(
    'unsupported_media_type',
    'Send Content-Type: multipart/form-data with the archive as `file`.',
  );
}

function refuseLonger(request: FastifyRequest, maxBytes: number): void {
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > maxBytes + FORM_BYTES) {
    throw new TrainyardError('payload_too_large', `Send an archive of at most ${maxBytes} bytes.`);
  }
}
