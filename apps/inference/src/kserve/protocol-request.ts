/** What the protocol's routes have in common: their parameters, and bodies as bytes, whatever their type is said to be. */
import type { FastifyInstance } from 'fastify';
import { BODY_BYTES_MAX } from '../routes/body-limit.js';

export const MODEL = '/v2/models/:model';
export const VERSION = `${MODEL}/versions/:version`;

export interface ModelRoute {
  Params: { model: string; version?: string };
}

/** Clients of the protocol say all kinds of types, or none. */
export function takeBytes(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  const asBytes = { parseAs: 'buffer', bodyLimit: BODY_BYTES_MAX } as const;
  scope.addContentTypeParser('*', asBytes, (_request, body, done) => done(null, body));
}

/** The body of a request; empty where there was none. */
export function bytesOf(body: unknown): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}
