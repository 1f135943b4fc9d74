/** `GET /v1/sweeps/{id}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Sweep } from '@trainyard/contracts';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';
import { getSweep as read } from '../../sweeps/sweep-view.js';

const schema = {
  operationId: 'getSweep',
  summary: 'Get a sweep, with its leaderboard',
  tags: ['Sweeps'],
  params: IdParams,
  response: { 200: reference(Sweep), ...keyedProblems('not_found') },
};

export const getSweep: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/sweeps/:id', { schema }, async (request) =>
    read(app.db, request.principal.projectId, request.params.id),
  );
};
