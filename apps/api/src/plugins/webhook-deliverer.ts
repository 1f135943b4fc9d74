/** Sends the messages of webhooks, as long as the process runs. Several processes share the work without doubling it. */
import plugin from 'fastify-plugin';
import { deliverDue } from '../webhooks/deliver.js';
import type { WebhookDelivering } from '../webhooks/options.js';
import { startPeriodicTask } from './periodic-task.js';

declare module 'fastify' {
  interface FastifyInstance {
    webhooks: WebhookDelivering;
    /** Says that a message is due. */
    deliverWebhooks: () => void;
  }
}

const SWEEP_MS = 1_000;

export const webhookDeliverer = plugin<WebhookDelivering>(
  async (app, options) => {
    const run = () => deliverDue(app.db.webhooks, options, app.closing);
    const task = startPeriodicTask({ name: 'webhooks', everyMs: SWEEP_MS, log: app.log, run });
    app.decorate('webhooks', options);
    app.decorate('deliverWebhooks', task.poke);
    app.addHook('onClose', task.stop);
  },
  { name: 'webhook-deliverer', fastify: '5.x' },
);
