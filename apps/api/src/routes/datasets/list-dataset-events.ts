/** `GET /v1/datasets/{id}/events`: a list, or with `Accept: text/event-stream` a live stream. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Database } from '@trainyard/db';
import type { Watched } from '../../events/event-stream.js';
import { eventsSchema, sendEvents } from '../../events/send-events.js';

const schema = {
  operationId: 'listDatasetEvents',
  summary: 'List the events of a data set, oldest first, or follow them',
  description:
    '`status`: it is processing, ready or failed, and why. `progress`: another stage of the reading has begun, or another ' +
    'twentieth is done. With `Accept: text/event-stream` the answer is a live stream, which begins after the event that ' +
    '`Last-Event-ID` names and ends after the data set is ready or failed.',
  tags: ['Data sets'],
  ...eventsSchema,
};

export const listDatasetEvents: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/datasets/:id/events', { schema, exposeHeadRoute: false }, async (request, reply) =>
    sendEvents(app, request, reply, watchDataset(app.db, request.principal.projectId, request.params.id)),
  );
};

/** Its progress is among its events, so there is nothing between them. */
function watchDataset({ datasets, datasetEvents }: Database, projectId: string, id: string): Watched {
  return {
    list: (page) => datasetEvents.list(projectId, id, page),
    look: async () => {
      const { status } = await datasets.get(projectId, id);
      return { hasEnded: status === 'ready' || status === 'failed', progress: null };
    },
  };
}
