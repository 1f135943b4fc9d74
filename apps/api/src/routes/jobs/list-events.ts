/** `GET /v1/jobs/{id}/events`: a list, or with `Accept: text/event-stream` a live stream. */
import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ListQuery } from '@trainyard/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { eventFrames, isEnded } from '../../events/event-stream.js';
import { EventList } from '../../schemas/components.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'listJobEvents',
  summary: 'List the events of a job, oldest first, or follow them',
  description:
    'With `Accept: text/event-stream` the answer is a live stream, which begins after the event that `Last-Event-ID` names. ' +
    'Frames named `progress` come between the events and have no id. The stream ends after the job has ended.',
  tags: ['Jobs'],
  params: IdParams,
  querystring: ListQuery,
  headers: Type.Object({ 'last-event-id': Type.Optional(Type.String()) }),
  response: {
    200: {
      description: 'A page of events, or the stream',
      content: {
        'application/json': { schema: reference(EventList) },
        'text/event-stream': { schema: Type.String() },
      },
    },
    204: Type.Null({ description: 'The job has ended and the client has every event: do not come back' }),
    ...keyedProblems('not_found', 'invalid_request'),
  },
};

export const listEvents: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/jobs/:id/events', { schema, exposeHeadRoute: false }, async (request, reply) => {
    if (wantsStream(request)) {
      const after = request.headers['last-event-id'] ?? request.query.after;
      return stream(app, request, reply, request.params.id, after);
    }
    return app.db.events.list(request.principal.projectId, request.params.id, request.query);
  });
};

function wantsStream({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return headers.accept?.toLowerCase().includes('text/event-stream') ?? false;
}

/** What is wrong with the request is answered as a problem, before the stream begins. */
async function stream(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  jobId: string,
  after: string | undefined,
): Promise<FastifyReply> {
  const { projectId } = request.principal;
  const job = await app.db.jobs.get(projectId, jobId);
  const { data } = await app.db.events.list(projectId, jobId, { limit: 1, ...(after === undefined ? {} : { after }) });
  if (after !== undefined && isEnded(job) && data.length === 0) return reply.code(204).send();

  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, app.closing]);
  const { db, heartbeatMs } = app;
  const frames = Readable.from(eventFrames({ db, projectId, jobId, after, heartbeatMs, signal }));
  reply.header('cache-control', 'no-cache').header('x-accel-buffering', 'no');
  return reply.type('text/event-stream').send(frames);
}
