/** Gives back to the queue what a lost worker held, and announces data sets and analyses again that a lost queue held. */
import plugin from 'fastify-plugin';
import { startPeriodicTask } from './periodic-task.js';
import { SteadySight } from './steady-sight.js';

const RECONCILE_MS = 2_000;
/** A queue that has not handed out an entry for so long may have lost it. */
const LOST_AFTER_MS = 30_000;
/**
 * No worker can renew its lease while the database is away. A lease that has run out says something of a worker only
 * when the database has been there for as long as a lease lasts. A shorter gap than this outlasts no lease.
 */
const STEADY = { steadyMs: 12_000, gapMsMax: 8_000 };

export const reconciler = plugin(
  async (app) => {
    const { analyses, datasets, jobs, outbox } = app.db;
    const requeueExpired = async () => {
      return [
        ...(await datasets.requeueExpired()),
        ...(await jobs.requeueExpired()),
        ...(await analyses.requeueExpired()),
      ];
    };
    const sight = new SteadySight({ ...STEADY, now: Date.now() });
    const run = async () => {
      const lost = await outbox.redispatch(LOST_AFTER_MS);
      const isSteady = sight.seen(Date.now());
      const requeued = isSteady ? await requeueExpired() : [];
      if (requeued.length > 0) app.log.warn({ ids: requeued }, 'their worker went away');
      if (requeued.length > 0 || lost > 0) app.dispatch();
    };
    const task = startPeriodicTask({ name: 'reconciler', everyMs: RECONCILE_MS, log: app.log, run });
    app.addHook('onClose', task.stop);
  },
  { name: 'reconciler', dependencies: ['outbox-dispatcher'], fastify: '5.x' },
);
