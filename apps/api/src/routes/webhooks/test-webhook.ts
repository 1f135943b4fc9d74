/** `POST /v1/webhooks/test` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { newId, TestWebhook, WebhookTest } from '@trainyard/contracts';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';
import { isDelivered } from '../../webhooks/deliver.js';
import { readReceiverUrl } from '../../webhooks/receiver-url.js';
import { sendMessage } from '../../webhooks/send-message.js';

const schema = {
  operationId: 'testWebhook',
  summary: 'Send a signed ping to a receiver',
  description: 'Tries once, stores nothing, and answers what came back. The type of the message is `ping`.',
  tags: ['Webhooks'],
  body: reference(TestWebhook),
  response: {
    200: reference(WebhookTest),
    ...keyedProblems('invalid_request', 'invalid_json', 'unsupported_media_type'),
  },
};

export const testWebhook: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/webhooks/test', { schema }, async (request): Promise<WebhookTest> => {
    const { secret } = request.body;
    const url = readReceiverUrl(request.body.url, '/url', app.webhooks.allowPrivate);
    const id = newId('delivery');
    const payload = JSON.stringify({ type: 'ping', timestamp: new Date().toISOString(), data: {} });
    const began = performance.now();
    const answer = await sendMessage({ id, url, secret, payload }, { ...app.webhooks, signal: app.closing });
    return {
      object: 'webhook_test',
      delivered: isDelivered(answer),
      webhook_id: id,
      response_status: answer.status,
      response_body: answer.body,
      error: answer.error,
      duration_ms: Math.round(performance.now() - began),
    };
  });
};
