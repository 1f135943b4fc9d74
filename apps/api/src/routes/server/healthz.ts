/** `GET /healthz`: the process answers. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { reference } from '../../schemas/reference.js';
import { Health } from '../../schemas/server.js';

const schema = {
  operationId: 'health',
  summary: 'Whether the process answers',
  tags: ['Server'],
  security: [],
  response: { 200: reference(Health) },
};

export const healthz: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/healthz', { schema, logLevel: 'warn' }, async () => ({ status: 'ok' as const }));
};
