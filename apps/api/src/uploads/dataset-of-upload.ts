/** A data set made of a resumable upload: its bytes become the source, and are not copied. */
import { type CreateDataset, CreateDatasetOfUpload, type Dataset, TrainyardError } from '@trainyard/contracts';
import { checkInput } from '@trainyard/http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { requestHash } from '../idempotency/request-hash.js';
import type { DatasetOrigin } from './dataset-origin.js';

/** Throws `not_found` for the upload, and `conflict` where it is not whole or was used before. */
export async function makeOfUpload(
  app: FastifyInstance,
  request: FastifyRequest,
  origin: DatasetOrigin,
  check: (fields: CreateDataset) => void,
): Promise<Dataset> {
  const { upload_id: id, ...fields } = readBody(request);
  check(fields);
  const { projectId } = request.principal;
  const { sourceKey, length } = await app.db.uploads.usable(projectId, id);
  if (length === 0) throw refused('/upload_id', 'Expected an archive; received an empty upload.');
  // A process that was killed after the last bytes has not done so.
  await app.store.finishAppend(sourceKey, length);
  const idempotency = request.idempotency && { ...request.idempotency, requestHash: hashOfUpload(request) };
  const dataset = await app.db.uploads.use(id, { projectId, ...origin, ...fields, idempotency });
  app.dispatch();
  return dataset;
}

export function hashOfUpload(request: FastifyRequest): string {
  return requestHash(request, request.body);
}

function readBody(request: FastifyRequest): CreateDatasetOfUpload {
  // Checking fills defaults in; the hash is that of what was sent.
  const body = structuredClone(request.body);
  if (typeof body !== 'object' || body === null) throw refused('', 'Expected an object.');
  checkInput(request, CreateDatasetOfUpload, body);
  return body as CreateDatasetOfUpload;
}

function refused(pointer: string, detail: string): TrainyardError {
  const errors = [{ pointer, detail }];
  return new TrainyardError('invalid_request', 'Correct the body as "errors" says and send it again.', { errors });
}
