/**
 * Bearer authentication for every route of the scope that it is registered in. A wrong, unknown or revoked key is one
 * and the same answer.
 */
import { TrainyardError } from '@trainyard/contracts';
import type { Database } from '@trainyard/db';
import type { FastifyReply, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import type { Principal } from './principal.js';

export interface AuthenticationOptions {
  keys: Pick<Database['keys'], 'authenticate'>;
}

const BEARER = /^bearer +([\x21-\x7e]{1,256})$/i;

export const authentication = plugin<AuthenticationOptions>(
  async (app, { keys }) => {
    app.decorateRequest('principal');
    app.addHook('onRequest', async (request, reply) => {
      const secret = bearerSecret(request);
      const principal = secret === undefined ? null : await keys.authenticate(secret);
      if (principal === null) throw unauthorized(reply, secret !== undefined);
      request.principal = principal;
    });
  },
  { name: 'authentication', fastify: '5.x' },
);

function bearerSecret(request: FastifyRequest): string | undefined {
  return BEARER.exec(request.headers.authorization ?? '')?.[1];
}

function unauthorized(reply: FastifyReply, given: boolean): TrainyardError {
  reply.header(
    'www-authenticate',
    given ? 'Bearer realm="trainyard", error="invalid_token"' : 'Bearer realm="trainyard"',
  );
  return new TrainyardError(
    'unauthorized',
    given
      ? 'This API key is unknown or revoked. Send a live one as "Authorization: Bearer <key>".'
      : 'Send an API key as "Authorization: Bearer <key>".',
  );
}

/** Refuses what only an operator may do. */
export function requireOperator(principal: Principal): void {
  if (principal.role !== 'operator') throw new TrainyardError('forbidden', 'This needs the key of an operator.');
}
