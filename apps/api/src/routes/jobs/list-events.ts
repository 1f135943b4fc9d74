/** `GET /v1/jobs/{id}/events`: a list, or with `Accept: text/event-stream` a live stream. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ENDED_JOB_STATUSES, type Job } from '@trainyard/contracts';
import type { Database } from '@trainyard/db';
import type { Watched } from '../../events/event-stream.js';
import { eventsSchema, sendEvents } from '../../events/send-events.js';

const schema = {
  operationId: 'listJobEvents',
  summary: 'List the events of a job, oldest first, or follow them',
  description:
    'With `Accept: text/event-stream` the answer is a live stream, which begins after the event that `Last-Event-ID` names. ' +
    'Frames named `progress` come between the events and have no id. The stream ends after the job has ended.',
  tags: ['Jobs'],
  ...eventsSchema,
};

export const listEvents: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/jobs/:id/events', { schema, exposeHeadRoute: false }, async (request, reply) =>
    sendEvents(app, request, reply, watchJob(app.db, request.principal.projectId, request.params.id)),
  );
};

function watchJob({ jobs, events }: Database, projectId: string, id: string): Watched {
  return {
    list: (page) => events.list(projectId, id, page),
    look: async () => {
      const job = await jobs.get(projectId, id);
      return { hasEnded: ENDED_JOB_STATUSES.some((ended) => ended === job.status), progress: progressOf(job) };
    },
  };
}

function progressOf({ id, status, progress, metrics }: Job): object | null {
  return progress === null ? null : { job_id: id, status, progress, metrics };
}
