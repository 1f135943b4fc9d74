/** The inference server as a Fastify instance that does not listen yet. */
import type { Database } from '@trainyard/db';
import { authentication, createServer, RememberedKeys, type ServerOptions } from '@trainyard/http';
import type { ObjectStore } from '@trainyard/storage';
import type { FastifyInstance } from 'fastify';
import { countRefusals } from './endpoints/asked-endpoint.js';
import { openEndpoints } from './endpoints/open-endpoints.js';
import { protocolHealth } from './kserve/health-routes.js';
import { openInference } from './kserve/open-inference.js';
import { ModelPool } from './models/model-pool.js';
import { discardRest } from './routes/discard-rest.js';
import { explainRoute } from './routes/explain.js';
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
  /** How long a model's process may take for its requests before it counts as stuck; 30 s by default. */
  answerMs?: number;
  logger?: ServerOptions['logger'];
}

/** Closing the server ends the models' processes; `db` and `store` stay open: who made them closes them. */
export async function buildInference(deps: InferenceDependencies): Promise<FastifyInstance> {
  const { db, store, objectsDir, threads, modelsMax, answerMs } = deps;
  const app = await createServer({ logger: deps.logger ?? false });
  const limits = { ...(modelsMax ? { modelsMax } : {}), ...(answerMs ? { answerMs } : {}) };
  const pool = new ModelPool({ objectsDir, threads, log: app.log, ...limits });
  const endpoints = openEndpoints({ endpoints: db.endpoints, pool, log: app.log });
  app.addHook('onClose', async () => {
    await endpoints.stop();
    await pool.close();
  });
  const checks = { postgres: () => db.check(), storage: () => store.check() };
  await app.register(healthRoutes, { checks });
  await app.register(protocolHealth, { checks });
  await app.register(async (keyed) => {
    keyed.addHook('onSend', discardRest);
    await keyed.register(authentication, { keys: new RememberedKeys(db.keys) });
    countRefusals(keyed, endpoints.statistics);
    await keyed.register(predictRoute, endpoints);
    await keyed.register(explainRoute, { ...endpoints, pool });
    await keyed.register(openInference, { endpoints: db.endpoints, service: endpoints.service, pool });
  });
  await app.ready();
  return app;
}
