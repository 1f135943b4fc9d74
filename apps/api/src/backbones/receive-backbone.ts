/** A request that brings a backbone: stores its file, reads it, and keeps what specifications need of it. */
import { type Backbone, backboneKey, backbonePrefix, newId } from '@trainyard/contracts';
import { cutsOf, describeBackbone, importBackbone, readOnnxModel, toStoredBackbone } from '@trainyard/engine';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IdempotentRoute } from '../idempotency/idempotent-route.js';
import { requestHash } from '../idempotency/request-hash.js';
import { digestOf } from '../uploads/digest-of.js';
import { drain } from '../uploads/drain.js';
import { readBackboneForm } from './backbone-form.js';

/** The file is read in memory. */
export const BACKBONE_BYTES_MAX = 256 * 1024 ** 2;

/** What the route says of itself to take an `Idempotency-Key`. */
export const idempotentBackbone: IdempotentRoute = {
  status: 201,
  find: (db, projectId, id) => db.backbones.get(projectId, id),
  async hashBody(request) {
    const { name, stored } = await readBackboneForm(request, digestOf);
    return requestHash(request, [name, stored.sha256]);
  },
};

/** Leaves nothing where it is refused. Throws `invalid_backbone` for a file that is no ONNX model of images. */
export async function receiveBackbone(app: FastifyInstance, request: FastifyRequest): Promise<Backbone> {
  const id = newId('backbone');
  try {
    return await receive(app, request, id);
  } catch (error) {
    drain(request.raw);
    await app.store.removePrefix(backbonePrefix(id)).catch((err) => {
      request.log.error({ err, id }, 'the file of a refused backbone was not cleared away');
    });
    throw error;
  }
}

async function receive(app: FastifyInstance, request: FastifyRequest, id: string): Promise<Backbone> {
  const maxBytes = Math.min(app.maxUploadBytes, BACKBONE_BYTES_MAX);
  const key = backboneKey(id);
  const { name, stored } = await readBackboneForm(request, (file) => app.store.write(key, file, { maxBytes }));
  const model = readOnnxModel(await app.store.readBytes(key));
  const imported = importBackbone(model);
  return app.db.backbones.create({
    id,
    projectId: request.principal.projectId,
    name,
    bytes: stored.bytes,
    digest: `sha256:${stored.sha256}`,
    description: describeBackbone(model, imported),
    graph: toStoredBackbone(imported, cutsOf(imported)),
    idempotency: request.idempotency && {
      ...request.idempotency,
      requestHash: requestHash(request, [name, stored.sha256]),
    },
  });
}
