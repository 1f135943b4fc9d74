/** `POST /v2/models/{name}[/versions/{version}]/infer` */
import { type FieldError, TrainyardError } from '@trainyard/contracts';
import type { ServedEndpoint, TrainedModel } from '@trainyard/db';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { clientGone, servedBy } from '../endpoints/asked-endpoint.js';
import type { EndpointService } from '../endpoints/endpoint-service.js';
import type { Prediction } from '../models/batcher.js';
import { toMicroseconds } from '../routes/answered-by.js';
import { type InferCall, readInferRequest } from './infer-request.js';
import { inferAnswer } from './infer-response.js';
import { inflateBody } from './inflate-body.js';
import type { ProtocolModels } from './protocol-models.js';
import { bytesOf, MODEL, type ModelRoute, VERSION } from './protocol-request.js';
import { HEADER_LENGTH } from './request-parts.js';
import type { Signature } from './signature.js';

export interface InferRoutesOptions {
  models: ProtocolModels;
  service: EndpointService;
}

export async function inferRoutes(app: FastifyInstance, { models, service }: InferRoutesOptions): Promise<void> {
  const onRequest = async (request: FastifyRequest<ModelRoute>): Promise<void> => {
    const { model, version } = request.params;
    request.served = await models.find(request.principal.projectId, model);
    models.version(request.served, version);
  };
  for (const url of [MODEL, VERSION]) {
    app.post<ModelRoute>(`${url}/infer`, { onRequest, logLevel: 'warn' }, async (request, reply) => {
      const served = servedBy(request);
      const body = await inflateBody(bytesOf(request.body), request.headers['content-encoding']);
      const version = models.version(served, request.params.version);
      const signature = await models.signature(served, version);
      const call = readInferRequest(body, request.headers[HEADER_LENGTH], signature);
      const checkpointId = request.params.version ?? (await requiredVersion(served, version, call));
      const options = { isGone: clientGone(reply), ...(checkpointId === undefined ? {} : { checkpointId }) };
      const { model, answer } = await service.predict(served, call.input, options).catch(pointIntoTensor);
      const answered = { version: model.checkpointId, outputs: answer.outputs, timing: timingOf(answer, reply) };
      const { headers, body: answerBody } = inferAnswer(call, signature, answered);
      return reply.headers(headers).send(answerBody);
    });
  }

  /** Of versions that take images of different sizes only one can take the pixels that were sent. */
  async function requiredVersion(
    served: ServedEndpoint,
    version: TrainedModel,
    { input }: InferCall,
  ): Promise<string | undefined> {
    const versions = models.versions(served);
    if (input.kind !== 'pixels' || versions.length === 1) return undefined;
    const all = await Promise.all(versions.map((model) => models.signature(served, model)));
    return all.every((other) => hasSameImage(other, all[0])) ? undefined : version.checkpointId;
  }
}

function hasSameImage({ image: a }: Signature, { image: b }: Signature): boolean {
  return a.width === b.width && a.height === b.height && a.channels === b.channels;
}

function timingOf({ queue_ms, preprocess_ms, compute_ms }: Prediction, reply: FastifyReply): Record<string, number> {
  const total_ms = reply.elapsedTime;
  const all = Object.entries({ queue_ms, preprocess_ms, compute_ms, total_ms });
  return Object.fromEntries(all.map(([name, milliseconds]) => [name, toMicroseconds(milliseconds)]));
}

const FILE = /^\/file\/(\d+)$/;

/** The model's process speaks of the files of a form; here they are the elements of a tensor. */
function pointIntoTensor(error: unknown): never {
  if (!(error instanceof TrainyardError) || error.errors === undefined) throw error;
  const errors = error.errors.map(
    ({ pointer, detail }): FieldError => ({ pointer: pointer.replace(FILE, '/inputs/0/data/$1'), detail }),
  );
  throw new TrainyardError(error.code, error.detail, { errors, cause: error });
}
