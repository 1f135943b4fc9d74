/**
 * `Idempotency-Key` on routes that make something (the IETF draft of that name). The first request with a key takes it;
 * the same request again gets the first answer. Only an answer of success is kept: a refused request made nothing, and
 * leaves its key free.
 */
import type { IdempotencyClaim, IdempotencyRequest, IdempotentAnswer } from '@trainyard/db';
import { sendProblem } from '@trainyard/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import { startPeriodicTask } from '../plugins/periodic-task.js';
import { drain } from '../uploads/drain.js';
import { IDEMPOTENCY_HEADER, type IdempotentRoute, REPLAYED_HEADER } from './idempotent-route.js';
import { requestHash } from './request-hash.js';
import { refuseOther, type TakenKey, takeKey } from './take-key.js';

/** A third of a key's lease. */
const RENEW_MS = 4_000;
const SWEEP_MS = 10 * 60_000;

export const idempotency = plugin(
  async (app) => {
    const keys = app.db.idempotencyKeys;
    app.decorateRequest('idempotency', undefined);

    app.addHook('preHandler', async (request, reply) => {
      const route = request.routeOptions.config.idempotent;
      const key = request.headers[IDEMPOTENCY_HEADER];
      if (route === undefined || typeof key !== 'string') return;
      try {
        const wanted = wantedOf(request, route, key);
        const taken = await takeKey(keys, wanted, request, reply);
        if (taken.state === 'claimed') hold(request, reply, taken.claim);
        if (taken.state === 'done' || taken.subjectId !== null)
          return await answerAgain(request, reply, route, wanted, taken);
      } catch (error) {
        drain(request.raw);
        throw error;
      }
    });

    function hold(request: FastifyRequest, reply: FastifyReply, claim: IdempotencyClaim): void {
      request.idempotency = claim;
      const renew = () => keys.renew(claim).catch((err) => request.log.warn({ err }, 'a key was not renewed'));
      const timer = setInterval(renew, RENEW_MS).unref();
      reply.raw.once('close', () => clearInterval(timer));
    }

    async function answerAgain(
      request: FastifyRequest,
      reply: FastifyReply,
      route: IdempotentRoute,
      wanted: IdempotencyRequest,
      taken: TakenKey,
    ): Promise<FastifyReply> {
      const first = taken.state === 'done' ? taken : taken.claim;
      const sent = route.hashBody === undefined ? wanted.requestHash : await route.hashBody(request);
      refuseOther({ ...wanted, requestHash: sent }, first);
      reply.header(REPLAYED_HEADER, 'true');
      const id = taken.subjectId ?? '';
      if (route.refuseAgain !== undefined) return sendProblem(request, reply, route.refuseAgain(id));
      const restore = async (answer: object) =>
        route.secret ? route.secret.restore(app.db, wanted.projectId, answer, request.body) : answer;
      if (taken.state === 'done') return sendStored(reply, taken.answer, route.secret && restore);
      // Made by a request that was cut off before its answer was stored.
      const found = await route.find?.(app.db, wanted.projectId, id);
      return reply.code(route.status).send(found && (await restore(found)));
    }

    app.addHook('onSend', async (request, reply, payload) => {
      const claim = request.idempotency;
      if (claim === undefined) return payload;
      try {
        if (reply.statusCode < 300) await keys.complete(claim, answerOf(request, reply, payload));
        else await keys.release(claim);
      } catch (err) {
        // What was made is bound to the key already, so nothing is made twice: the key is let go with its lease.
        request.log.error({ err }, 'the answer to an idempotency key was not stored');
      }
      return payload;
    });

    const run = async () => {
      const removed = await keys.removeExpired();
      if (removed > 0) app.log.info({ removed }, 'expired idempotency keys were removed');
    };
    const task = startPeriodicTask({ name: 'idempotency keys', everyMs: SWEEP_MS, log: app.log, run });
    app.addHook('onClose', task.stop);
  },
  { name: 'idempotency', dependencies: ['authentication'], fastify: '5.x' },
);

function wantedOf(request: FastifyRequest, route: IdempotentRoute, key: string): IdempotencyRequest {
  const path = request.url.split('?', 1)[0];
  return {
    projectId: request.principal.projectId,
    key,
    route: `${request.method} ${path}`,
    requestHash: route.hashBody === undefined ? requestHash(request, request.body) : null,
  };
}

function answerOf(request: FastifyRequest, reply: FastifyReply, payload: unknown): IdempotentAnswer {
  const route = request.routeOptions.config.idempotent;
  const contentType = String(reply.getHeader('content-type') ?? 'application/json; charset=utf-8');
  const answer = { status: reply.statusCode, contentType };
  if (route?.refuseAgain !== undefined || typeof payload !== 'string') return { ...answer, body: null };
  return { ...answer, body: route?.secret ? JSON.stringify(route.secret.without(JSON.parse(payload))) : payload };
}

async function sendStored(
  reply: FastifyReply,
  { status, contentType, body }: IdempotentAnswer,
  restore: ((answer: object) => Promise<object>) | undefined,
): Promise<FastifyReply> {
  const whole = restore && body !== null ? JSON.stringify(await restore(JSON.parse(body))) : body;
  return reply.code(status).type(contentType).send(whole);
}
