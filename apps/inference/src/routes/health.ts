/** `GET /healthz`: the process answers. `GET /readyz`: so does everything that it needs. */
import { setTimeout as delay } from 'node:timers/promises';
import { TrainyardError } from '@trainyard/contracts';
import type { FastifyInstance } from 'fastify';

const TIMEOUT_MS = 3_000;

export interface HealthRouteOptions {
  /** Each rejects while the part of that name cannot be used. */
  checks: Record<string, () => Promise<void>>;
}

export async function healthRoutes(app: FastifyInstance, { checks }: HealthRouteOptions): Promise<void> {
  app.get('/healthz', { logLevel: 'warn' }, async () => ({ status: 'ok' }));

  app.get('/readyz', { logLevel: 'warn' }, async (request) => {
    const names = Object.keys(checks);
    const results = await Promise.allSettled(names.map((name) => inTime(checks[name])));
    const failed = names.filter((name, index) => {
      const result = results[index];
      if (result.status === 'rejected') request.log.warn({ err: result.reason, check: name }, 'a check failed');
      return result.status === 'rejected';
    });
    if (failed.length > 0) {
      const errors = failed.map((name) => ({ pointer: `/checks/${name}`, detail: `${name} does not answer.` }));
      throw new TrainyardError('unavailable', `Not ready: ${failed.join(', ')}. Try again later.`, { errors });
    }
    return { status: 'ready', checks: Object.fromEntries(names.map((name) => [name, { ok: true }])) };
  });
}

async function inTime(check: () => Promise<void>): Promise<void> {
  const timer = new AbortController();
  const late = delay(TIMEOUT_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`no answer within ${TIMEOUT_MS} ms`);
  });
  try {
    await Promise.race([check(), late]);
  } finally {
    timer.abort();
    late.catch(() => {});
  }
}
