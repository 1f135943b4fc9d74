/**
 * A request that brings images: a multipart form with the archive, or JSON that names a resumable upload. Both become the
 * same row, with the same announcement to the workers.
 */
import { CreateDataset, type Dataset, IdSchema, newId, TrainyardError } from '@trainyard/contracts';
import { checkInput } from '@trainyard/http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type TObject, Type } from 'typebox';
import type { IdempotentRoute } from '../idempotency/idempotent-route.js';
import { requestHash } from '../idempotency/request-hash.js';
import { uploadFolder } from '../routes/datasets/folders.js';
import { checkLabels } from './check-labels.js';
import { readDatasetForm } from './dataset-form.js';
import { hashOfUpload, makeOfUpload } from './dataset-of-upload.js';
import type { DatasetOrigin } from './dataset-origin.js';
import { digestOf } from './digest-of.js';
import { drain } from './drain.js';
import { holdUpload } from './upload-lease.js';

/** What a form may be longer than its file. */
const FORM_BYTES = 1024 * 1024;

const File = Type.Unsafe<string>({
  type: 'string',
  format: 'binary',
  description: 'A zip file, a tar file, plain or packed with gzip or zstd, or a CSV or Parquet file by itself',
});

/** For the `config` of a route: what it takes, documented with the fields of its form. */
export function datasetBody(fields: TObject) {
  const form = Type.Object({ file: File, ...fields.properties });
  const ofUpload = Type.Object({ upload_id: IdSchema('upload'), ...fields.properties });
  const content = { 'multipart/form-data': { schema: form }, 'application/json': { schema: ofUpload } };
  return { accepts: Object.keys(content), streamedBody: { content } };
}

/**
 * Stores what the request brings as a data set in status `processing`; leaves nothing where it is refused. `check` throws
 * for fields that fit the schema and yet not this address.
 */
export async function receiveDataset(
  app: FastifyInstance,
  request: FastifyRequest,
  origin: DatasetOrigin = {},
  check: (fields: CreateDataset) => void = () => {},
): Promise<Dataset> {
  const checkAll = (fields: CreateDataset) => {
    checkLabels(fields);
    check(fields);
  };
  if (isJson(request)) return makeOfUpload(app, request, origin, checkAll);
  try {
    return await receiveForm(app, request, origin, checkAll);
  } catch (error) {
    drain(request.raw);
    throw error;
  }
}

/** What a route that makes a data set says of itself to take an `Idempotency-Key`. */
export const idempotentDataset: IdempotentRoute = {
  status: 202,
  find: (db, projectId, id) => db.datasets.get(projectId, id),
  hashBody: hashDatasetRequest,
};

/** The hash of such a request for its `Idempotency-Key`. Reads all of it and keeps nothing. */
async function hashDatasetRequest(request: FastifyRequest): Promise<string> {
  if (isJson(request)) return hashOfUpload(request);
  if (!request.isMultipart()) throw notMultipart();
  refuseLonger(request, request.server.maxUploadBytes);
  const { fields, stored } = await readDatasetForm(request, { check: checkFields(request), store: digestOf });
  return hashOf(request, fields, stored.sha256);
}

/**
 * The row comes before the file, and is `uploading` until the file is whole: should this process be killed, another one
 * finds by the row what is to be cleared away. An upload that breaks off leaves neither.
 */
async function receiveForm(
  app: FastifyInstance,
  request: FastifyRequest,
  origin: DatasetOrigin,
  check: (fields: CreateDataset) => void,
): Promise<Dataset> {
  if (!request.isMultipart()) throw notMultipart();
  refuseLonger(request, app.maxUploadBytes);
  const id = newId('dataset');
  const sourceKey = `${uploadFolder(id)}/source`;
  await app.db.datasets.create({ ...origin, id, projectId: request.principal.projectId, sourceKey });
  const release = holdUpload(app.db.datasets, id, request.log);
  try {
    const { fields, stored } = await readDatasetForm(request, {
      check: checkFields(request, check),
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

function checkFields(request: FastifyRequest, check: (fields: CreateDataset) => void = () => {}) {
  return (given: Record<string, unknown>) => {
    checkInput(request, CreateDataset, given);
    check(given as CreateDataset);
    return given as CreateDataset;
  };
}

/** What counts of a form is its fields and its file, in whichever order and with whichever boundary they came. */
function hashOf(request: FastifyRequest, { name, format, options }: CreateDataset, sha256: string): string {
  return requestHash(request, [name, format, options, sha256]);
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

function isJson(request: FastifyRequest): boolean {
  return request.body !== undefined && !request.isMultipart();
}

function notMultipart(): TrainyardError {
  return new TrainyardError(
    'unsupported_media_type',
    'Send Content-Type: multipart/form-data with the archive as `file`, or application/json with an `upload_id`.',
  );
}

function refuseLonger(request: FastifyRequest, maxBytes: number): void {
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > maxBytes + FORM_BYTES) {
    throw new TrainyardError('payload_too_large', `Send an archive of at most ${maxBytes} bytes.`);
  }
}
