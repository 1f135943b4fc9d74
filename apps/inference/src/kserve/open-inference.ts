/** The Open Inference Protocol: everything below `/v2` that needs a key. */
import type { FastifyInstance } from 'fastify';
import { type InferRoutesOptions, inferRoutes } from './infer-routes.js';
import { modelRoutes } from './model-routes.js';
import { ProtocolModels, type ProtocolModelsOptions } from './protocol-models.js';
import { takeBytes } from './protocol-request.js';
import { repositoryRoutes } from './repository-routes.js';

export type OpenInferenceOptions = ProtocolModelsOptions & Pick<InferRoutesOptions, 'service'>;

export async function openInference(app: FastifyInstance, options: OpenInferenceOptions): Promise<void> {
  const models = new ProtocolModels(options);
  takeBytes(app);
  await app.register(modelRoutes, { models, pool: options.pool });
  await app.register(inferRoutes, { models, service: options.service });
  await app.register(repositoryRoutes, { models });
}
