/** `GET /healthz`: the process answers. `GET /readyz`: so does everything that it needs. */
import { type ReadinessChecks, requireReady } from '@trainyard/http';
import type { FastifyInstance } from 'fastify';

export async function healthRoutes(app: FastifyInstance, { checks }: { checks: ReadinessChecks }): Promise<void> {
  app.get('/healthz', { logLevel: 'warn' }, async () => ({ status: 'ok' }));

  app.get('/readyz', { logLevel: 'warn' }, async (request) => {
    await requireReady(checks, request.log);
    const names = Object.keys(checks);
    return { status: 'ready', checks: Object.fromEntries(names.map((name) => [name, { ok: true }])) };
  });
}
