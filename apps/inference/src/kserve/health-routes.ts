/** `GET /v2/health/live` and `GET /v2/health/ready`, which need no key. */
import { type ReadinessChecks, requireReady } from '@trainyard/http';
import type { FastifyInstance } from 'fastify';

/** Ready is what can load any model and answer. A model that fails makes itself unready, not the server. */
export async function protocolHealth(app: FastifyInstance, { checks }: { checks: ReadinessChecks }): Promise<void> {
  app.get('/v2/health/live', { logLevel: 'warn' }, async () => ({ live: true }));

  app.get('/v2/health/ready', { logLevel: 'warn' }, async (request) => {
    await requireReady(checks, request.log);
    return { live: true, ready: true };
  });
}
