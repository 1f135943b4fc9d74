/** Finds the endpoint that a request is about before its body is read, and counts what it is refused for. */

import type { ServedEndpoint } from '@trainyard/db';
import { errorRecordOf } from '@trainyard/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { EndpointService } from './endpoint-service.js';
import type { EndpointStatistics } from './endpoint-statistics.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The endpoint that is asked; set by a route's `onRequest` hook. */
    served: ServedEndpoint | null;
  }
}

/** Counts the refusals of every route of the scope in whose requests `served` was set. */
export function countRefusals(scope: FastifyInstance, statistics: EndpointStatistics): void {
  scope.decorateRequest('served', null);
  scope.addHook('onError', async (request, _reply, error) => {
    const { served } = request;
    if (served === null) return;
    const asked = { endpointId: served.endpoint.id, checkpointId: served.model.checkpointId };
    statistics.refused(asked, errorRecordOf(error, request).code);
  });
}

/** An `onRequest` hook of routes with the id or the name of an endpoint in `:endpoint`. */
export function findEndpoint(service: Pick<EndpointService, 'find'>) {
  return async (request: FastifyRequest<{ Params: { endpoint: string } }>): Promise<void> => {
    request.served = await service.find(request.principal.projectId, request.params.endpoint);
  };
}

/** The endpoint that `findEndpoint` has found. */
export function servedBy({ served }: Pick<FastifyRequest, 'served'>): ServedEndpoint {
  if (served === null) throw new Error('the endpoint was not looked up');
  return served;
}

/** Whether nobody is left to read the answer. */
export function clientGone({ raw }: FastifyReply): () => boolean {
  return () => raw.destroyed;
}
