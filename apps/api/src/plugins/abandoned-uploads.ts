/** Clears away the uploads of API processes that were killed while they received them. */
import type { Database } from '@trainyard/db';
import type { ObjectStore } from '@trainyard/storage';
import plugin from 'fastify-plugin';
import { uploadFolder } from '../routes/datasets/folders.js';
import { startPeriodicTask } from './periodic-task.js';

const SWEEP_MS = 10_000;

export const abandonedUploads = plugin(
  async (app) => {
    const run = async () => {
      const ids = await clearAbandoned(app.db.datasets, app.store);
      if (ids.length > 0) app.log.warn({ ids }, 'their uploads were never finished');
    };
    const task = startPeriodicTask({ name: 'abandoned uploads', everyMs: SWEEP_MS, log: app.log, run });
    app.addHook('onClose', task.stop);
  },
  { name: 'abandoned-uploads', fastify: '5.x' },
);

/** The files first: as long as there is a row, what could not be removed is found again. */
async function clearAbandoned(datasets: Database['datasets'], store: ObjectStore): Promise<string[]> {
  const ids = await datasets.abandonedUploads();
  for (const id of ids) {
    await store.removePrefix(uploadFolder(id));
    await datasets.discard(id);
  }
  return ids;
}
