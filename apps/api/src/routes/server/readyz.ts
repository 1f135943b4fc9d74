/** `GET /readyz`: everything that the process needs answers. */
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { TrainyardError } from '@trainyard/contracts';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { problems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';
import { Readiness } from '../../schemas/server.js';

const TIMEOUT_MS = 3_000;

const schema = {
  operationId: 'readiness',
  summary: 'Whether Postgres, Redis and the storage answer',
  tags: ['Server'],
  security: [],
  response: { 200: reference(Readiness), ...problems('unavailable') },
};

export const readyz: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/readyz', { schema, logLevel: 'warn' }, async (request) => {
    const failed = await failedChecks(app, request.log);
    if (failed.length > 0) {
      const errors = failed.map((name) => ({ pointer: `/checks/${name}`, detail: `${name} does not answer.` }));
      throw new TrainyardError('unavailable', `Not ready: ${failed.join(', ')}. Try again later.`, { errors });
    }
    const ok = { ok: true };
    return { status: 'ready' as const, checks: { postgres: ok, redis: ok, storage: ok } };
  });
};

async function failedChecks({ db, queues, store }: FastifyInstance, log: FastifyBaseLogger): Promise<string[]> {
  const checks = { postgres: db.check(), redis: queues.ping(), storage: store.check() };
  const failed: string[] = [];
  for (const [name, check] of Object.entries(checks)) {
    await inTime(check).catch((err: unknown) => {
      log.warn({ err, check: name }, 'a check failed');
      failed.push(name);
    });
  }
  return failed;
}

/** All checks run already, so waiting for one after the other takes no longer than the slowest. */
async function inTime(check: Promise<void>): Promise<void> {
  const timeout = new AbortController();
  const late = delay(TIMEOUT_MS, undefined, { signal: timeout.signal }).then(() => {
    throw new Error(`no answer within ${TIMEOUT_MS} ms`);
  });
  try {
    await Promise.race([check, late]);
  } finally {
    timeout.abort();
    late.catch(() => undefined);
  }
}
