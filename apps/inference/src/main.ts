/** The inference process: waits for the database's tables, serves until it is told to stop, and ends its models with it. */
import process from 'node:process';
import { ConfigError, readConfig } from '@trainyard/config';
import { openDatabase, waitForMigrations } from '@trainyard/db';
import { openObjectStore } from '@trainyard/storage';
import type { FastifyInstance } from 'fastify';
import { buildInference } from './build-inference.js';

/** What is still being answered after this is cut off. */
const CUT_MS = 4_000;
const STOP_MS = 9_000;

await start().catch((error: unknown) => {
  process.stderr.write(`${startFailure(error)}\n`);
  process.exit(1);
});

async function start(): Promise<void> {
  const config = readConfig('inference');
  await waitForMigrations(config.databaseUrl);
  const db = openDatabase(config.databaseUrl);
  const store = openObjectStore({ root: config.objectsDir });
  const app = await buildInference({ ...config, db, store, logger: { level: config.logLevel } });
  await app.listen({ host: config.host, port: config.port });
  stopOnRequest(app, () => db.close());
  announce(app);
}

function announce(app: FastifyInstance): void {
  const address = app.server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  app.log.info({ port }, 'ready');
  process.send?.({ type: 'ready', port });
}

function stopOnRequest(app: FastifyInstance, release: () => Promise<void>): void {
  let stopping = false;
  const stop = async (reason: string) => {
    if (stopping) return;
    stopping = true;
    app.log.info({ reason }, 'stopping');
    setTimeout(() => app.server.closeAllConnections(), CUT_MS).unref();
    setTimeout(() => process.exit(1), STOP_MS).unref();
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
  if (!(error instanceof Error)) return `The inference server cannot start: ${error}`;
  if ('code' in error && error.code === 'EADDRINUSE')
    return `The inference server cannot start: ${error.message}. Stop what uses the port, or set TRAINYARD_INFERENCE_PORT.`;
  return `The inference server cannot start: ${error.stack}`;
}
