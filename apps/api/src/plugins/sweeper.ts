/** Takes the sweeps that are running further, whenever one of their trials has got on. */
import plugin from 'fastify-plugin';
import { advance } from '../sweeps/advance.js';
import { startPeriodicTask } from './periodic-task.js';

const LOOK_MS = 500;
/** Also where no trial has got on: a worker may have come. In looks. */
const ANYWAY = 10;

export const sweeper = plugin(
  async (app) => {
    /** What each sweep was like when there was nothing left to do for it. */
    let settled = new Map<string, string>();
    let looks = 0;

    /** One that cannot be advanced does not hold up the others. */
    const advanced = (sweep: { id: string; projectId: string }) =>
      advance(app.db, sweep).catch((err: unknown) => {
        app.log.error({ err, sweep_id: sweep.id }, 'a sweep could not be taken further and is tried again');
        return true;
      });

    const run = async () => {
      const isThorough = looks++ % ANYWAY === 0;
      const seen = new Map<string, string>();
      let changed = false;
      for (const sweep of await app.db.sweeps.running()) {
        const isNew = isThorough || settled.get(sweep.id) !== sweep.state;
        if (isNew && (await advanced(sweep))) changed = true;
        else seen.set(sweep.id, sweep.state);
      }
      settled = seen;
      if (isThorough) await app.db.sweeps.endJobsLeft();
      if (changed) app.dispatch();
    };
    const task = startPeriodicTask({ name: 'sweeps', everyMs: LOOK_MS, log: app.log, run });
    app.decorate('advanceSweeps', () => task.poke());
    app.addHook('onClose', task.stop);
  },
  { name: 'sweeper', dependencies: ['outbox-dispatcher'], fastify: '5.x' },
);
