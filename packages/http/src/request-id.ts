/** The id of a request: the client's own where it sent a usable one, else a new one. It is answered in `x-request-id`. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import plugin from 'fastify-plugin';

export const REQUEST_ID_HEADER = 'x-request-id';
const USABLE = /^[\w.:-]{1,128}$/;

export function newRequestId(message: { headers: IncomingMessage['headers'] }): string {
  const given = message.headers[REQUEST_ID_HEADER];
  return typeof given === 'string' && USABLE.test(given) ? given : `req_${randomUUID()}`;
}

export const requestIds = plugin(
  async (app) => {
    app.addHook('onRequest', (request, reply, done) => {
      reply.header(REQUEST_ID_HEADER, request.id);
      done();
    });
  },
  { name: 'request-ids', fastify: '5.x' },
);
