/** `POST /v1/endpoints/{id or name}/predict` */
import { outputNames, type PredictResponse } from '@trainyard/contracts';
import type { Database, ServedEndpoint } from '@trainyard/db';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { EndpointService } from '../endpoints/endpoint-service.js';
import type { Prediction } from '../models/batcher.js';
import { ACCEPTED, acceptPredictInput, readPredictInput } from './predict-input.js';
import { toPredictions } from './predictions.js';

export interface PredictRouteOptions {
  endpoints: Database['endpoints'];
  service: EndpointService;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The endpoint that a prediction is asked of; found before the body is read. */
    served: ServedEndpoint | null;
  }

  interface FastifyContextConfig {
    /** The content types that the route reads, named where another was sent. */
    accepts?: readonly string[];
  }
}

type Params = { Params: { endpoint: string } };

export async function predictRoute(app: FastifyInstance, { endpoints, service }: PredictRouteOptions): Promise<void> {
  await acceptPredictInput(app);
  app.decorateRequest('served', null);

  const findEndpoint = async (request: FastifyRequest<Params>): Promise<void> => {
    request.served = await endpoints.served(request.principal.projectId, request.params.endpoint);
  };
  const options = { onRequest: findEndpoint, config: { accepts: ACCEPTED } };
  app.post<Params>('/v1/endpoints/:endpoint/predict', options, async (request, reply) => {
    const { served } = request;
    if (served === null) throw new Error('the endpoint was not looked up');
    const input = await readPredictInput(request);
    const prediction = await service.predict(served, input, { isGone: () => request.raw.socket.destroyed });
    return toResponse(served, prediction, reply);
  });
}

function toResponse(
  { endpoint, model }: ServedEndpoint,
  { task, outputs, queue_ms, preprocess_ms, compute_ms }: Prediction,
  reply: FastifyReply,
): PredictResponse {
  return {
    ...toPredictions(task, outputs, outputNames(model.dataset)),
    model: { endpoint_id: endpoint.id, name: endpoint.name, checkpoint_id: model.checkpointId },
    timing: {
      queue_ms: rounded(queue_ms),
      preprocess_ms: rounded(preprocess_ms),
      compute_ms: rounded(compute_ms),
      total_ms: rounded(reply.elapsedTime),
    },
  };
}

/** To a microsecond. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
