/** `POST /v1/webhooks/deliveries/{id}/replay` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { WebhookDelivery } from '@trainyard/contracts';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'replayWebhookDelivery',
  summary: 'Send a message of a webhook again',
  description:
    'The same `webhook-id` and body, with a new time and signature, and the whole schedule of retries again. Refused ' +
    'while the message is pending.',
  tags: ['Webhooks'],
  params: IdParams,
  response: {
    202: reference(WebhookDelivery, { description: 'It is pending again' }),
    ...keyedProblems('not_found', 'conflict'),
  },
};

export const replayDelivery: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/webhooks/deliveries/:id/replay', { schema }, async (request, reply) => {
    const delivery = await app.db.webhooks.replay(request.principal.projectId, request.params.id);
    app.deliverWebhooks();
    return reply.code(202).send(delivery);
  });
};
