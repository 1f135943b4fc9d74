/** `GET /v1/webhooks/deliveries` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ListQuery, Strict, WEBHOOK_DELIVERY_STATUSES, Words } from '@trainyard/contracts';
import { Type } from 'typebox';
import { WebhookDeliveryList } from '../../schemas/components.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'listWebhookDeliveries',
  summary: 'List the messages of webhooks, newest first',
  description: 'With what the receiver answered last, and when the next attempt is made.',
  tags: ['Webhooks'],
  querystring: Strict({
    ...ListQuery.properties,
    job_id: Type.Optional(Type.String({ maxLength: 64 })),
    status: Type.Optional(Words(WEBHOOK_DELIVERY_STATUSES)),
  }),
  response: { 200: reference(WebhookDeliveryList), ...keyedProblems('invalid_request') },
};

export const listDeliveries: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/webhooks/deliveries', { schema }, async (request) => {
    return app.db.webhooks.list(request.principal.projectId, request.query);
  });
};
