/** Sends the messages of webhooks, as long as the process runs. Several processes share the work without doubling it. */
import plugin from 'fastify-plugin';
import { Deliverer } from '../webhooks/deliver.js';
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
    const deliverer = new Deliverer({
      ...options,
      webhooks: app.db.webhooks,
      closing: app.closing,
      onRoom: () => task.poke(),
      // What came of the message was not written: it is sent again when its lease has run out.
      onError: (err) => app.log.warn({ err }, 'what came of a webhook was not written'),
    });
    const run = () => deliverer.deliverDue();
    const task = startPeriodicTask({ name: 'webhooks', everyMs: SWEEP_MS, log: app.log, run });
    app.decorate('webhooks', options);
    app.decorate('deliverWebhooks', task.poke);
    app.addHook('onClose', async () => {
      await task.stop();
      await deliverer.settled();
    });
  },
  { name: 'webhook-deliverer', fastify: '5.x' },
);
