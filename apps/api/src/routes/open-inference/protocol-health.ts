/** `GET /v2/health/live` and `GET /v2/health/ready`, which need no key. */
import { ServerLive, ServerReady } from '@trainyard/contracts';
import type { FastifyPluginAsync } from 'fastify';
import { reference } from '../../schemas/reference.js';
import { protocolErrors } from './protocol-errors.js';

const common = { tags: ['Inference protocol'], security: [] };

const live = {
  ...common,
  operationId: 'serverLive',
  summary: 'Whether the inference server answers',
  response: { 200: reference(ServerLive), ...protocolErrors('unavailable') },
};

const ready = {
  ...common,
  operationId: 'serverReady',
  summary: 'Whether the inference server can load models and answer',
  response: { 200: reference(ServerReady), ...protocolErrors('unavailable') },
};

export const protocolHealth: FastifyPluginAsync = async (app) => {
  app.get('/v2/health/live', { schema: live, logLevel: 'warn' }, async (_request, reply) => reply.passOn());
  app.get('/v2/health/ready', { schema: ready, logLevel: 'warn' }, async (_request, reply) => reply.passOn());
};
