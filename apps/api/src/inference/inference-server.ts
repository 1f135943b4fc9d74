/**
 * The way to the inference server: requests for predictions and everything below `/v2` are passed on as they come, and
 * answers back. Nothing of a body is looked into or kept here.
 */
import replyFrom from '@fastify/reply-from';
import { TrainyardError } from '@trainyard/contracts';
import { REQUEST_ID_HEADER } from '@trainyard/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';

const ANSWER_MS = 60_000;

declare module 'fastify' {
  interface FastifyReply {
    /** Answers with what the inference server says to this request, at the same address. */
    passOn(): FastifyReply;
  }
}

export const inferenceServer = plugin<{ inferenceUrl: string }>(
  async (app, { inferenceUrl }) => {
    await app.register(replyFrom, {
      base: inferenceUrl,
      disableRequestLogging: true,
      undici: { connections: 128, headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS },
      destroyAgent: true,
    });
    app.decorateReply('passOn', passOn);
  },
  { name: 'inference-server', fastify: '5.x' },
);

/** Lets the routes of a scope pass bodies of any type on. */
export function streamBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
}

function passOn(this: FastifyReply): FastifyReply {
  const { request } = this;
  return this.from(undefined, {
    // It is the client's to decide whether to ask again.
    retryDelay: () => null,
    rewriteRequestHeaders: (_, { expect: _answered, ...headers }) => ({ ...headers, [REQUEST_ID_HEADER]: request.id }),
    onError: (failed, { error }) => failed.send(unreachable(request, error)),
  });
}

function unreachable(request: Pick<FastifyRequest, 'log'>, error: Error): TrainyardError {
  request.log.warn({ err: error }, 'the inference server did not answer');
  return new TrainyardError('unavailable', 'The inference server cannot be reached. Try again in a moment.', {
    cause: error,
  });
}
