/** Whether everything that a server needs answers. */
import { setTimeout as delay } from 'node:timers/promises';
import { TrainyardError } from '@trainyard/contracts';
import type { FastifyBaseLogger } from 'fastify';

const TIMEOUT_MS = 3_000;

/** Each rejects while the part of that name cannot be used. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<void>>>;

/** Runs all checks at once. Throws `unavailable`, which names those that failed or took longer than 3 s. */
export async function requireReady(checks: ReadinessChecks, log: FastifyBaseLogger): Promise<void> {
  const names = Object.keys(checks);
  const results = await Promise.allSettled(names.map((name) => inTime(checks[name])));
  const failed = names.filter((name, index) => {
    const result = results[index];
    if (result.status === 'rejected') log.warn({ err: result.reason, check: name }, 'a check failed');
    return result.status === 'rejected';
  });
  if (failed.length === 0) return;
  const errors = failed.map((name) => ({ pointer: `/checks/${name}`, detail: `${name} does not answer.` }));
  throw new TrainyardError('unavailable', `Not ready: ${failed.join(', ')}. Try again later.`, { errors });
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
    late.catch(() => undefined);
  }
}
