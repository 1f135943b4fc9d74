/** A Fastify server with what the API and the inference server share: request ids, strict validation, problem details. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { PROBLEM_CONTENT_TYPE, toProblem } from '@trainyard/contracts';
import Fastify, { type FastifyInstance, type FastifyServerOptions, type onRequestHookHandler } from 'fastify';
import { gracefulClose } from './graceful-close.js';
import { problemDetails, sendError } from './problem-details.js';
import { readQueryNumbers } from './query-numbers.js';
import { newRequestId, requestIds } from './request-id.js';
import { checkRequestText } from './request-text.js';

/** A connection on which nothing moves for so long is closed. An upload may take as long as it moves. */
const QUIET_MS = 5 * 60_000;

export interface ServerOptions {
  logger?: FastifyServerOptions['logger'];
  /** The largest JSON body in bytes; 1 MiB by default. */
  bodyLimit?: number;
  /** Whether `X-HTTP-Method-Override` names the method at a path; not by default. */
  mayOverrideMethod?: (path: string) => boolean;
}

/**
 * Bodies are validated as they are: nothing is coerced, nothing is removed, every error is reported. The caller
 * registers its routes and calls `listen`.
 */
export async function createServer({
  logger = false,
  bodyLimit = 1024 * 1024,
  mayOverrideMethod = () => false,
}: ServerOptions = {}): Promise<FastifyInstance> {
  const app = Fastify({
    logger,
    bodyLimit,
    connectionTimeout: QUIET_MS,
    genReqId: newRequestId,
    rewriteUrl: (request) => overrideMethod(request, mayOverrideMethod),
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: sendError,
    clientErrorHandler: refuseUnreadable,
    ajv: {
      customOptions: {
        allErrors: true,
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: true,
        verbose: true,
        strict: false,
      },
    },
  });
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', forgetTypeOfNothing);
  app.addHook('preValidation', checkRequestText);
  app.addHook('preValidation', readQueryNumbers);
  await app.register(gracefulClose);
  await app.register(requestIds);
  await app.register(problemDetails);
  return app;
}

/** Runs before a route is looked for. Answers the address, as it is. */
function overrideMethod(request: IncomingMessage, mayOverride: (path: string) => boolean): string {
  const { url = '/', headers } = request;
  const method = headers['x-http-method-override'];
  if (typeof method === 'string' && mayOverride(url.split('?', 1)[0])) request.method = method.toUpperCase();
  return url;
}

/** Many clients name a content type on every request; where there is no body, that means nothing. */
const forgetTypeOfNothing: onRequestHookHandler = ({ headers }, _reply, done) => {
  const length = headers['content-length'];
  if (headers['transfer-encoding'] === undefined && (length === undefined || length === '0'))
    delete headers['content-type'];
  done();
};

/** Answers what is not HTTP at all, or has too many headers, on the bare connection. */
function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable || socket.destroyed) return;
  const record = { code: 'bad_request', message: 'The request cannot be read as HTTP. Check how it is sent.' } as const;
  const body = JSON.stringify(toProblem(record, '/'));
  socket.end(
    `HTTP/1.1 400 ${STATUS_CODES[400]}\r\nContent-Type: ${PROBLEM_CONTENT_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
