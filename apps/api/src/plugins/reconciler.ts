/** Gives back to the queue what a lost worker held, and announces again what a lost queue held. */
import plugin from 'fastify-plugin';
import { startPeriodicTask } from './periodic-task.js';

const RECONCILE_MS = 5_000;
/** A queue that has not handed out an entry for so long may have lost it. */
const LOST_AFTER_MS = 30_000;

export const reconciler = plugin(
  async (app) => {
    const { datasets, jobs, outbox } = app.db;
    const run = async () => {
      const requeued = [...(await datasets.requeueExpired()), ...(await jobs.requeueExpired())];
      if (requeued.length > 0) app.log.warn({ ids: requeued }, 'their worker went away');
      const lost = await outbox.redispatch(LOST_AFTER_MS);
      if (requeued.length > 0 || lost > 0) app.dispatch();
    };
    const task = startPeriodicTask({ name: 'reconciler', everyMs: RECONCILE_MS, log: app.log, run });
    app.addHook('onClose', task.stop);
  },
  { name: 'reconciler', dependencies: ['outbox-dispatcher'], fastify: '5.x' },
);
