/** The API as a Fastify server that does not listen yet. */
import { createServer } from '@trainyard/http';
import type { FastifyInstance } from 'fastify';
import type { ApiDependencies } from './dependencies.js';
import { inferenceServer } from './inference/inference-server.js';
import { abandonedUploads } from './plugins/abandoned-uploads.js';
import { analyses } from './plugins/analyses.js';
import { deletedDatasets } from './plugins/deleted-datasets.js';
import { expiredUploads } from './plugins/expired-uploads.js';
import { modelSummaries } from './plugins/model-summaries.js';
import { openapi } from './plugins/openapi.js';
import { outboxDispatcher } from './plugins/outbox-dispatcher.js';
import { pictures } from './plugins/pictures.js';
import { reconciler } from './plugins/reconciler.js';
import { referencePage } from './plugins/reference-page.js';
import { sweeper } from './plugins/sweeper.js';
import { webhookDeliverer } from './plugins/webhook-deliverer.js';
import { keyedRoutes } from './routes/keyed-routes.js';
import { protocolHealth } from './routes/open-inference/protocol-health.js';
import { healthz } from './routes/server/healthz.js';
import { readyz } from './routes/server/readyz.js';
import { isUploadPath } from './routes/uploads/uploads.js';
import { WEBHOOK_DELIVERING } from './webhooks/options.js';

const HEARTBEAT_MS = 15_000;

/** Closing the server leaves `deps` open: who made them closes them. */
export async function buildApi(deps: ApiDependencies): Promise<FastifyInstance> {
  const app = await createServer({ logger: deps.logger ?? false, mayOverrideMethod: isUploadPath });
  // The response schemas are documentation, which the tests hold the answers to; they must never cut an answer short.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  app.decorate('db', deps.db);
  app.decorate('store', deps.store);
  app.decorate('queues', deps.queues);
  app.decorate('maxUploadBytes', deps.maxUploadBytes);
  app.decorate('uploadRules', deps.uploadRules);
  app.decorate('heartbeatMs', deps.heartbeatMs ?? HEARTBEAT_MS);
  await app.register(outboxDispatcher);
  await app.register(reconciler);
  await app.register(sweeper);
  await app.register(abandonedUploads);
  await app.register(expiredUploads);
  await app.register(deletedDatasets);
  const allowPrivate = deps.webhookAllowPrivate ?? false;
  await app.register(webhookDeliverer, { ...WEBHOOK_DELIVERING, allowPrivate, ...deps.webhooks });
  await app.register(analyses);
  await app.register(modelSummaries);
  await app.register(pictures);
  await app.register(openapi);
  await app.register(referencePage);
  await app.register(healthz);
  await app.register(readyz);
  await app.register(inferenceServer, { inferenceUrl: deps.inferenceUrl });
  await app.register(protocolHealth);
  await app.register(keyedRoutes);
  await app.ready();
  return app;
}
