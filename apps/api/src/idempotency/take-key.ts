/** Takes the key of a request, or waits for the request that has it. */
import { setTimeout as delay } from 'node:timers/promises';
import { TrainyardError } from '@trainyard/contracts';
import type { Database, IdempotencyRequest, KeyState } from '@trainyard/db';
import type { FastifyReply, FastifyRequest } from 'fastify';

const WAIT_MS = 5_000;
const LOOK_AGAIN_MS = { first: 50, most: 400 };
const RETRY_AFTER_S = 1;

export type TakenKey = Exclude<KeyState, { state: 'running' }>;

/**
 * Throws `idempotency_key_reused` for another request than the first one with this key, and `idempotency_in_progress`
 * where the first one is still running after 5 s.
 */
export async function takeKey(
  keys: Database['idempotencyKeys'],
  wanted: IdempotencyRequest,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<TakenKey> {
  const until = Date.now() + WAIT_MS;
  for (let pause = LOOK_AGAIN_MS.first; ; pause = Math.min(2 * pause, LOOK_AGAIN_MS.most)) {
    const found = await keys.claim(wanted);
    if (found !== null && found.state !== 'claimed') refuseOther(wanted, found);
    if (found !== null && found.state !== 'running') return found;
    if (Date.now() + pause > until || request.raw.socket.destroyed) throw stillRunning(reply);
    await delay(pause);
  }
}

interface Sent {
  route: string;
  requestHash: string | null;
}

/** A hash that is not known yet fits every other. */
export function refuseOther(given: Sent, first: Sent): void {
  const known = given.requestHash !== null && first.requestHash !== null;
  if (given.route === first.route && (!known || given.requestHash === first.requestHash)) return;
  throw new TrainyardError(
    'idempotency_key_reused',
    'This Idempotency-Key came with another request before. Send a new key with a new request, or the first request again.',
  );
}

function stillRunning(reply: FastifyReply): TrainyardError {
  reply.header('retry-after', RETRY_AFTER_S);
  return new TrainyardError(
    'idempotency_in_progress',
    'The first request with this Idempotency-Key is still running. Send it again in a moment for its answer.',
  );
}
