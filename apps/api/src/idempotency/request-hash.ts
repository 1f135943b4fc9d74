/** The hash by which a request that is sent again is told from another one with the same key. */
import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

/** Of a body as it was parsed, so white space does not count. */
export function requestHash(request: FastifyRequest, body: unknown): string {
  // Not every role may do the same, so the answer to one is none for the other.
  const parts = [request.principal.role, JSON.stringify(body ?? null)];
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}
