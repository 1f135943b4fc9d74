/** `POST /v1/sweeps/{id}/cancel` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Sweep } from '@trainyard/contracts';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';
import { knownTrials, outcomesOf, showSweep } from '../../sweeps/sweep-view.js';

const schema = {
  operationId: 'cancelSweep',
  summary: 'Cancel a sweep and its trials',
  description: 'No trial begins any more; those that wait end at once, those in hand within seconds. Checkpoints stay.',
  tags: ['Sweeps'],
  params: IdParams,
  response: {
    202: reference(Sweep, { description: 'Cancelled; its last trials are about to end' }),
    ...keyedProblems('not_found', 'conflict'),
  },
};

export const cancelSweep: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/sweeps/:id/cancel', { schema }, async (request, reply) => {
    const { sweeps } = app.db;
    const { projectId } = request.principal;
    const sweep = await sweeps.get(projectId, request.params.id);
    const outcomes = outcomesOf(await knownTrials(app.db, sweep), 'cancelled');
    const cancelled = await sweeps.cancel(projectId, sweep.id, outcomes);
    return reply.code(202).send(await showSweep(app.db, cancelled));
  });
};
