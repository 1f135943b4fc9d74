/** The API process: migrates the database, serves until it is told to stop, and leaves nothing half done. */
import { readConfig } from '@trainyard/config';
import { migrate, openDatabase } from '@trainyard/db';
import { type RunningServer, serveProcess } from '@trainyard/http';
import { openQueues } from '@trainyard/queue';
import { openObjectStore } from '@trainyard/storage';
import type { FastifyInstance } from 'fastify';
import { buildApi } from './build-api.js';

/** Where a whole machine starts, or Postgres is just being restarted, it may come after the API. */
const DATABASE_WAIT_MS = 60_000;

await serveProcess({ title: 'The API', portVariable: 'TRAINYARD_PORT', start });

async function start(): Promise<RunningServer> {
  const config = readConfig('api');
  await migrate(config.databaseUrl, {
    waitMs: DATABASE_WAIT_MS,
    onWait: () => process.stderr.write('The API waits for PostgreSQL, which cannot be reached.\n'),
  });
  const db = openDatabase(config.databaseUrl, config.queueRules);
  const { secret } = await db.projects.ensureBootstrap(config.apiKey === undefined ? {} : { secret: config.apiKey });
  const store = openObjectStore({ root: config.objectsDir });
  const queues = openQueues(config.redisUrl, { onError: (err) => app?.log.warn({ err }, 'Redis is not reached') });
  let app: FastifyInstance | undefined;
  app = await buildApi({ ...config, db, store, queues, logger: { level: config.logLevel } });
  await app.listen({ host: config.host, port: config.port });
  return {
    app,
    release: async () => {
      await queues.close();
      await db.close();
    },
    announcement: secret === null ? {} : { bootstrapKey: secret },
  };
}
