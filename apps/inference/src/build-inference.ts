/** The inference server as a Fastify instance that does not listen yet. */
import type { Database } from '@trainyard/db';
import { authentication, createServer, type ServerOptions } from '@trainyard/http';
import type { ObjectStore } from '@trainyard/storage';
import type { FastifyInstance } from 'fastify';
import { EndpointService } from './endpoints/endpoint-service.js';
import { EndpointWatcher } from './endpoints/endpoint-watcher.js';
import { ModelPool } from './models/model-pool.js';
import { discardRest } from './routes/discard-rest.js';
import { healthRoutes } from './routes/health.js';
import { predictRoute } from './routes/predict.js';

export interface InferenceDependencies {
  db: Database;
  store: ObjectStore;
  /** Root of the object store, for the processes that open it by themselves. */
  objectsDir: string;
  /** Threads of one operator. */
  threads: number;
  /** Models that are loaded at once; 8 by default. */
  modelsMax?: number;
  logger?: ServerOptions['logger'];
}

/** Closing the server ends the models' processes; `db` and `store` stay open: who made them closes them. */
export async function buildInference(deps: InferenceDependencies): Promise<FastifyInstance> {
  const { db, store, objectsDir, threads, modelsMax } = deps;
  const app = await createServer({ logger: deps.logger ?? false });
  const pool = new ModelPool({ objectsDir, threads, log: app.log, ...(modelsMax ? { modelsMax } : {}) });
  const service = new EndpointService(pool, db.endpoints, app.log);
  const watcher = new EndpointWatcher({ endpoints: db.endpoints, service, pool, log: app.log });
  app.addHook('onClose', async () => {
    await watcher.stop();
    await pool.close();
  });
  const checks = { postgres: () => db.check(), storage: () => store.check() };
  await app.register(healthRoutes, { checks });
  await app.register(async (keyed) => {
    keyed.addHook('onSend', discardRest);
    await keyed.register(authentication, { keys: db.keys });
    await keyed.register(predictRoute, { endpoints: db.endpoints, service });
  });
  await app.ready();
  return app;
}
