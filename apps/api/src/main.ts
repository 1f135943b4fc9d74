/** The API process: migrates the database, serves until it is told to stop, and leaves nothing half done. */
import process from 'node:process';
import { ConfigError, readConfig } from '@trainyard/config';
import { migrate, openDatabase } from '@trainyard/db';
import { openQueues } from '@trainyard/queue';
import { openObjectStore } from '@trainyard/storage';
import type { FastifyInstance } from 'fastify';
import { buildApi } from './build-api.js';

/** What is still being answered after this is cut off. */
const STOP_MS = 8_000;

await start().catch((error: unknown) => {
  process.stderr.write(`${startFailure(error)}\n`);
  process.exit(1);
});

async function start(): Promise<void> {
  const config = readConfig('api');
  await migrate(config.databaseUrl);
  const db = openDatabase(config.databaseUrl);
  const { secret } = await db.projects.ensureBootstrap(config.apiKey === undefined ? {} : { secret: config.apiKey });
  const store = openObjectStore({ root: config.objectsDir });
  const queues = openQueues(config.redisUrl, { onError: (err) => app?.log.warn({ err }, 'Redis is not reached') });
  let app: FastifyInstance | undefined;
  app = await buildApi({ ...config, db, store, queues, logger: { level: config.logLevel } });
  await app.listen({ host: config.host, port: config.port });

  stopOnRequest(app, async () => {
    await queues.close();
    await db.close();
  });
  announce(app, secret);
}

/** A new bootstrap key goes to who started this process; without one, to the log, the only place left. */
function announce(app: FastifyInstance, bootstrapKey: string | null): void {
  const address = app.server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  app.log.info({ port, ...(bootstrapKey !== null && !process.send ? { bootstrapKey } : {}) }, 'ready');
  process.send?.({ type: 'ready', port, ...(bootstrapKey === null ? {} : { bootstrapKey }) });
}

function stopOnRequest(app: FastifyInstance, release: () => Promise<void>): void {
  let stopping = false;
  const stop = async (reason: string) => {
    if (stopping) return;
    stopping = true;
    app.log.info({ reason }, 'stopping');
    setTimeout(() => app.server.closeAllConnections(), STOP_MS).unref();
    await app.close();
    await release();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
  // Whoever forked this process is gone, so nobody would stop it later.
  process.on('disconnect', () => void stop('disconnect'));
}

function startFailure(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return `The API cannot start: ${error}`;
  if ('code' in error && error.code === 'EADDRINUSE')
    return `The API cannot start: ${error.message}. Stop what uses the port, or set TRAINYARD_PORT.`;
  return `The API cannot start: ${error.stack}`;
}
