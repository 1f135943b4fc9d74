/** `GET /readyz`: everything that the process needs answers. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { requireReady } from '@trainyard/http';
import { problems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';
import { Readiness } from '../../schemas/server.js';

const schema = {
  operationId: 'readiness',
  summary: 'Whether Postgres, Redis and the storage answer',
  tags: ['Server'],
  security: [],
  response: { 200: reference(Readiness), ...problems('unavailable') },
};

export const readyz: FastifyPluginAsyncTypebox = async (app) => {
  const checks = {
    postgres: () => app.db.check(),
    redis: () => app.queues.ping(),
    storage: () => app.store.check(),
  };
  app.get('/readyz', { schema, logLevel: 'warn' }, async (request) => {
    await requireReady(checks, request.log);
    const ok = { ok: true };
    return { status: 'ready' as const, checks: { postgres: ok, redis: ok, storage: ok } };
  });
};
