/** `GET /v2`, and what can be asked of models but predictions: metadata, readiness, configuration, statistics. */
import type { ModelReady, ModelStat, ModelStatisticsReport } from '@trainyard/contracts';
import type { ServedEndpoint } from '@trainyard/db';
import type { FastifyInstance } from 'fastify';
import type { ModelPool } from '../models/model-pool.js';
import { modelConfiguration } from './model-config.js';
import { modelStat } from './model-stats.js';
import type { ProtocolModels } from './protocol-models.js';
import { MODEL, type ModelRoute, VERSION } from './protocol-request.js';
import { SERVER_METADATA } from './server-metadata.js';
import { modelMetadata } from './signature.js';

export interface ModelRoutesOptions {
  models: ProtocolModels;
  pool: ModelPool;
}

export async function modelRoutes(app: FastifyInstance, { models, pool }: ModelRoutesOptions): Promise<void> {
  for (const url of ['/v2', '/v2/']) app.get(url, async () => SERVER_METADATA);

  app.get('/v2/models/stats', async ({ principal }): Promise<ModelStatisticsReport> => {
    const all = await models.all(principal.projectId);
    return { model_stats: all.flatMap((served) => models.versions(served).map((model) => statOf(served, model))) };
  });

  for (const url of [MODEL, VERSION]) {
    app.get<ModelRoute>(url, async ({ principal, params }) => {
      const served = await models.find(principal.projectId, params.model);
      const signature = await models.signature(served, models.version(served, params.version));
      return modelMetadata(
        signature,
        models.versions(served).map(({ checkpointId }) => checkpointId),
      );
    });

    app.get<ModelRoute>(`${url}/ready`, async ({ principal, params }, reply): Promise<ModelReady> => {
      const served = await models.find(principal.projectId, params.model);
      const { state, reason } = models.state(served, models.version(served, params.version));
      const { name } = served.endpoint;
      if (state === 'READY') return { name, ready: true };
      reply.code(503).header('retry-after', 1);
      return { name, ready: false, error: `The model "${name}" is not ready: ${reason}` };
    });

    app.get<ModelRoute>(`${url}/config`, async ({ principal, params }) => {
      const served = await models.find(principal.projectId, params.model);
      const signature = await models.signature(served, models.version(served, params.version));
      return modelConfiguration(signature, served.settings.batching);
    });

    app.get<ModelRoute>(`${url}/stats`, async ({ principal, params }): Promise<ModelStatisticsReport> => {
      const served = await models.find(principal.projectId, params.model);
      const asked = params.version === undefined ? models.versions(served) : [models.version(served, params.version)];
      return { model_stats: asked.map((model) => statOf(served, model)) };
    });
  }

  function statOf({ endpoint }: ServedEndpoint, { checkpointId }: ServedEndpoint['model']): ModelStat {
    return modelStat(endpoint.name, checkpointId, pool.statistics(checkpointId));
  }
}
