/**
 * Answers every error of a server as problem details (RFC 9457), below `/v2` as the Open Inference Protocol has them, and
 * logs those that are the server's own.
 */
import {
  ERROR_KINDS,
  type ErrorRecord,
  PROBLEM_CONTENT_TYPE,
  type TrainyardError,
  toProblem,
} from '@trainyard/contracts';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import { errorRecordOf } from './error-record.js';
import { speaksOpenInference, toOpenInferenceError } from './open-inference-error.js';
import { allowedMethods, RouteIndex } from './route-index.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The content types that the route reads, where that is not JSON. */
    accepts?: readonly string[];
  }
}

const RETRY_AFTER_S = 1;

/** Somebody has to make room first. */
const RETRY_AFTER_FULL_S = 60;

export const problemDetails = plugin(
  async (app) => {
    const routes = new RouteIndex();
    app.addHook('onRoute', ({ method, url }) => routes.add(method, url));
    app.setErrorHandler(sendError);
    app.setNotFoundHandler((request, reply) => {
      const allowed = allowedMethods(routes, pathOf(request));
      if (allowed.length === 0) return sendProblem(request, reply, notFound());
      return sendProblem(request, reply.header('allow', allowed.join(', ')), notAllowed(request.method, allowed));
    });
  },
  { name: 'problem-details', fastify: '5.x' },
);

/** Fastify's error handler, also for errors that are met before a route is found. */
export function sendError(
  error: FastifyError | TrainyardError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const record = errorRecordOf(error, request);
  const { status } = ERROR_KINDS[record.code];
  // What becomes of a request is nothing to look into once its client has gone.
  if (status >= 500 && !reply.raw.destroyed) request.log.error({ err: error, code: record.code }, 'request failed');
  else request.log.debug({ code: record.code, err: error }, 'request refused');
  return sendProblem(request, reply, record);
}

/** Answers with the problem of an error record. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, record: ErrorRecord): FastifyReply {
  const { status, type, body } = answerTo(record, pathOf(request));
  if (status === 429 || status === 503) reply.header('retry-after', RETRY_AFTER_S);
  if (status === 507) reply.header('retry-after', RETRY_AFTER_FULL_S);
  return reply.code(status).type(type).serializer(JSON.stringify).send(body);
}

function answerTo(record: ErrorRecord, path: string): { status: number; type: string; body: object } {
  if (speaksOpenInference(path)) return { type: 'application/json', ...toOpenInferenceError(record) };
  const body = toProblem(record, path);
  return { status: body.status, type: PROBLEM_CONTENT_TYPE, body };
}

function notFound(): ErrorRecord {
  return { code: 'not_found', message: 'There is nothing at this address. /openapi.json lists what there is.' };
}

function notAllowed(method: string, allowed: string[]): ErrorRecord {
  return { code: 'method_not_allowed', message: `Use ${allowed.join(' or ')} here instead of ${method}.` };
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0];
}
