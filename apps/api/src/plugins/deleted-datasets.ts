/**
 * Removes the files of deleted data sets that could not go at once: a worker was still writing to them, another data set
 * had them as a part, or the process that was to remove them is gone.
 */
import plugin from 'fastify-plugin';
import { removeFiles } from '../datasets/remove-files.js';
import { startPeriodicTask } from './periodic-task.js';

const SWEEP_MS = 10_000;

export const deletedDatasets = plugin(
  async (app) => {
    const run = async () => {
      const unneeded = await app.db.datasets.unneededFiles();
      for (const files of unneeded) await removeFiles(app, files);
      if (unneeded.length > 0)
        app.log.info({ ids: unneeded.map(({ id }) => id) }, 'removed what deleted data sets left');
      await app.db.datasets.forgetDeleted();
    };
    const task = startPeriodicTask({ name: 'deleted data sets', everyMs: SWEEP_MS, log: app.log, run });
    app.addHook('onClose', task.stop);
  },
  { name: 'deleted-datasets', fastify: '5.x' },
);
