/** Everything of the Open Inference Protocol that needs a key, passed on to the inference server. */
import type { FastifyPluginAsync } from 'fastify';
import { Type } from 'typebox';
import { streamBodies } from '../../inference/inference-server.js';
import { OPERATIONS } from './operations.js';

const PARAMETERS = {
  model_name: Type.String({ description: 'The name or the id of an endpoint' }),
  model_version: Type.String({ description: 'The id of a checkpoint that it serves' }),
};

export const openInference: FastifyPluginAsync = async (app) => {
  streamBodies(app);
  for (const { method, url, body, answer, errors, ...documented } of OPERATIONS) {
    const params = paramsOf(url);
    app.route({
      method,
      url,
      schema: {
        ...documented,
        tags: ['Inference protocol'],
        ...(params === undefined ? {} : { params }),
        response: { 200: answer, ...errors },
      },
      ...(body === undefined ? {} : { config: { streamedBody: { content: body } } }),
      handler: async (_request, reply) => reply.passOn(),
    });
  }
  // The protocol's own OpenAPI document has it with a slash.
  app.get('/v2/', { schema: { hide: true } }, async (_request, reply) => reply.passOn());
};

function paramsOf(url: string) {
  const names = Object.keys(PARAMETERS).filter((name) => url.includes(`:${name}`));
  if (names.length === 0) return undefined;
  return Type.Object(Object.fromEntries(Object.entries(PARAMETERS).filter(([name]) => names.includes(name))));
}
