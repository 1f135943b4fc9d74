/** `POST /v1/endpoints/{id or name}/predict` */
import { PredictQuery, type PredictResponse } from '@trainyard/contracts';
import type { FastifyInstance } from 'fastify';
import { answerFormOf } from '../endpoints/answer-form.js';
import { clientGone, findEndpoint, servedBy } from '../endpoints/asked-endpoint.js';
import type { Answer, EndpointService } from '../endpoints/endpoint-service.js';
import type { Prediction } from '../models/batcher.js';
import { answeredBy } from './answered-by.js';
import { ACCEPTED, acceptPredictInput, readPredictInput, refuseTooLarge } from './predict-input.js';
import { toPredictions } from './predictions.js';
import { topKOf } from './top-k.js';

export interface PredictRouteOptions {
  service: EndpointService;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The content types that the route reads, named where another was sent. */
    accepts?: readonly string[];
  }
}

interface PredictRoute {
  Params: { endpoint: string };
  Querystring: PredictQuery;
}

export async function predictRoute(app: FastifyInstance, { service }: PredictRouteOptions): Promise<void> {
  await acceptPredictInput(app);
  const options = {
    onRequest: [findEndpoint(service), refuseTooLarge],
    schema: { querystring: PredictQuery },
    config: { accepts: ACCEPTED },
    // Counted, not written down one by one: they come by the thousand.
    logLevel: 'warn' as const,
  };
  app.post<PredictRoute>('/v1/endpoints/:endpoint/predict', options, async (request, reply) => {
    const served = servedBy(request);
    const topK = topKOf(request.query.top_k, served);
    const input = await readPredictInput(request);
    const answer = await service.predict(served, input, { isGone: clientGone(reply) });
    return toResponse(answer, topK, reply.elapsedTime);
  });
}

function toResponse(answered: Answer<Prediction>, topK: number | null, total_ms: number): PredictResponse {
  const { served, answer } = answered;
  return {
    ...toPredictions(answer, answerFormOf(served), topK),
    ...answeredBy(answered, { ...answer, total_ms }),
  };
}
