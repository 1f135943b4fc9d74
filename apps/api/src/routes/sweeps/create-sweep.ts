/** `POST /v1/sweeps` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CreateJob, CreateSweep, Sweep } from '@trainyard/contracts';
import { checkInput } from '@trainyard/http';
import { type IdempotentRoute, idempotencyHeaders } from '../../idempotency/idempotent-route.js';
import { JOB_PROBLEMS, keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';
import { resolveSweep } from '../../sweeps/resolve-sweep.js';
import { getSweep, showSweep } from '../../sweeps/sweep-view.js';

const schema = {
  operationId: 'createSweep',
  summary: 'Search for the best settings of a training',
  description:
    'The body of a job, and beside it a `space`: by JSON pointer into `model` and `training` the values to try. Each trial is ' +
    'an ordinary job, checked before it is made, of which `parallel` are in hand at once. What is tried is a function of ' +
    'the `seed` and the results so far.',
  tags: ['Sweeps'],
  headers: idempotencyHeaders,
  body: reference(CreateSweep),
  response: {
    202: reference(Sweep, { description: 'Running: its first trials are about to be made' }),
    ...keyedProblems('idempotency_key_reused', 'idempotency_in_progress', ...JOB_PROBLEMS),
  },
};

const config = { idempotent: { status: 202, find: getSweep } satisfies IdempotentRoute };

export const createSweep: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/sweeps', { schema, config }, async (request, reply) => {
    const { idempotency, principal } = request;
    const check = (body: object) => checkInput(request, reference(CreateJob), body);
    const resolved = await resolveSweep(app.db, principal.projectId, request.body, check);
    const sweep = await app.db.sweeps.create({ ...resolved, idempotency });
    app.advanceSweeps();
    return reply.code(202).send(await showSweep(app.db, sweep));
  });
};
