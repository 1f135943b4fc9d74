/** Removes resumable uploads that nobody went on with. */
import plugin from 'fastify-plugin';
import { removeUpload } from '../uploads/remove-upload.js';
import { startPeriodicTask } from './periodic-task.js';

const SWEEP_MS = 10_000;

export const expiredUploads = plugin(
  async (app) => {
    const run = async () => {
      const expired = await app.db.uploads.expired();
      for (const upload of expired) await removeUpload(app, upload);
      if (expired.length > 0) app.log.info({ ids: expired.map(({ id }) => id) }, 'expired uploads were removed');
    };
    const task = startPeriodicTask({ name: 'expired uploads', everyMs: SWEEP_MS, log: app.log, run });
    app.addHook('onClose', task.stop);
  },
  { name: 'expired-uploads', fastify: '5.x' },
);
