/** The inference process: waits for the database's tables, serves until it is told to stop, and ends its models with it. */
import { readConfig } from '@trainyard/config';
import { openDatabase, waitForMigrations } from '@trainyard/db';
import { type RunningServer, serveProcess } from '@trainyard/http';
import { openObjectStore } from '@trainyard/storage';
import { buildInference } from './build-inference.js';

await serveProcess({ title: 'The inference server', portVariable: 'TRAINYARD_INFERENCE_PORT', start });

async function start(): Promise<RunningServer> {
  const config = readConfig('inference');
  await waitForMigrations(config.databaseUrl);
  const db = openDatabase(config.databaseUrl);
  const store = openObjectStore({ root: config.objectsDir });
  const app = await buildInference({ ...config, db, store, logger: { level: config.logLevel } });
  await app.listen({ host: config.host, port: config.port });
  return { app, release: () => db.close() };
}
