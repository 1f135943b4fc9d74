/** A version of a data set that is made without an upload, of the images that it has. */
import { type Dataset, ReviseDataset } from '@trainyard/contracts';
import { checkInput } from '@trainyard/http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { requestHash } from '../idempotency/request-hash.js';

/** Whether the request is JSON that names no upload. */
export function isRevision({ body }: FastifyRequest): boolean {
  return typeof body === 'object' && body !== null && 'options' in body && !('upload_id' in body);
}

export async function reviseDataset(app: FastifyInstance, request: FastifyRequest, parentId: string): Promise<Dataset> {
  const { name, options } = readBody(request);
  const { projectId } = request.principal;
  const idempotency = request.idempotency && {
    ...request.idempotency,
    requestHash: requestHash(request, request.body),
  };
  const dataset = await app.db.datasets.revise({ projectId, parentId, name, options, idempotency });
  app.dispatch();
  return dataset;
}

function readBody(request: FastifyRequest): ReviseDataset {
  const body: object = { ...(request.body as object) };
  checkInput(request, ReviseDataset, body);
  return body as ReviseDataset;
}
