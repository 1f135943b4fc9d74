/** Answers the address of a resource's events: a list, or with `Accept: text/event-stream` a live stream. */
import { Readable } from 'node:stream';
import { type ErrorCode, type Event, type List, ListQuery } from '@trainyard/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { EventList } from '../schemas/components.js';
import { IdParams } from '../schemas/parameters.js';
import { keyedProblems } from '../schemas/problems.js';
import { reference } from '../schemas/reference.js';
import { eventFrames, type Watched } from './event-stream.js';

const EventHeaders = Type.Object({ 'last-event-id': Type.Optional(Type.String()) });

/** The part of such a route's schema that is the same for every resource. */
export const eventsSchema = {
  params: IdParams,
  querystring: ListQuery,
  headers: EventHeaders,
  response: {
    200: {
      description: 'A page of events, or the stream',
      content: {
        'application/json': { schema: reference(EventList) },
        'text/event-stream': { schema: Type.String() },
      },
    },
    204: Type.Null({ description: 'It has ended and the client has every event: do not come back' }),
    ...keyedProblems('not_found' satisfies ErrorCode, 'invalid_request' satisfies ErrorCode),
  },
};

interface EventsRoute {
  Querystring: Static<typeof ListQuery>;
  Headers: Static<typeof EventHeaders>;
}

/** What is wrong with the request is answered as a problem, before the stream begins. */
export async function sendEvents(
  app: FastifyInstance,
  request: Pick<FastifyRequest<EventsRoute>, 'headers' | 'query'>,
  reply: FastifyReply,
  watched: Watched,
): Promise<FastifyReply | List<Event>> {
  if (!wantsStream(request)) return watched.list(request.query);
  const after = request.headers['last-event-id'] ?? request.query.after;
  const { hasEnded } = await watched.look();
  const { data } = await watched.list({ limit: 1, ...(after === undefined ? {} : { after }) });
  if (after !== undefined && hasEnded && data.length === 0) return reply.code(204).send();

  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, app.closing]);
  const frames = Readable.from(eventFrames({ watched, after, heartbeatMs: app.heartbeatMs, signal }));
  reply.header('cache-control', 'no-cache').header('x-accel-buffering', 'no');
  return reply.type('text/event-stream').send(frames);
}

function wantsStream({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return headers.accept?.toLowerCase().includes('text/event-stream') ?? false;
}
