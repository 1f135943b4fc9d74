/** `POST /v1/sweeps/{id}/train-best` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Job, TrainBest } from '@trainyard/contracts';
import type { Database } from '@trainyard/db';
import type { FastifyRequest } from 'fastify';
import { type IdempotentRoute, idempotencyHeaders } from '../../idempotency/idempotent-route.js';
import { IdParams } from '../../schemas/parameters.js';
import { JOB_PROBLEMS, keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';
import { resolveBest } from '../../sweeps/train-best.js';

const schema = {
  operationId: 'trainBestOfSweep',
  summary: 'Train the best settings of a sweep',
  description:
    "A job of its own with all epochs of the sweep's training, or as many as you say. The body may be left out.",
  tags: ['Sweeps'],
  headers: idempotencyHeaders,
  params: IdParams,
  body: reference(TrainBest),
  response: {
    202: reference(Job, { description: 'Queued' }),
    ...keyedProblems('idempotency_key_reused', 'idempotency_in_progress', 'conflict', ...JOB_PROBLEMS),
  },
};

const config = {
  idempotent: {
    status: 202,
    find: (db: Database, projectId: string, id: string) => db.jobs.get(projectId, id),
  } satisfies IdempotentRoute,
};

export const trainBest: FastifyPluginAsyncTypebox = async (app) => {
  const preValidation = async (request: FastifyRequest<{ Params: { id: string } }>) => {
    await app.db.sweeps.get(request.principal.projectId, request.params.id);
    request.body ??= {};
  };

  app.post('/v1/sweeps/:id/train-best', { schema, config, preValidation }, async (request, reply) => {
    const sweep = await app.db.sweeps.get(request.principal.projectId, request.params.id);
    const resolved = await resolveBest(app.db, sweep, request.body);
    const job = await app.db.jobs.create({ ...resolved, idempotency: request.idempotency });
    app.dispatch();
    return reply.code(202).send(job);
  });
};
