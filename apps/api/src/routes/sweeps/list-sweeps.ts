/** `GET /v1/sweeps` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ListQuery, Strict, SWEEP_STATUSES, Words } from '@trainyard/contracts';
import { Type } from 'typebox';
import { SweepList } from '../../schemas/components.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';
import { showSweep } from '../../sweeps/sweep-view.js';

const schema = {
  operationId: 'listSweeps',
  summary: 'List sweeps, newest first',
  tags: ['Sweeps'],
  querystring: Strict({ ...ListQuery.properties, status: Type.Optional(Words(SWEEP_STATUSES)) }),
  response: { 200: reference(SweepList), ...keyedProblems('invalid_request') },
};

export const listSweeps: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/sweeps', { schema }, async (request) => {
    const list = await app.db.sweeps.list(request.principal.projectId, request.query);
    return { ...list, data: await Promise.all(list.data.map((sweep) => showSweep(app.db, sweep))) };
  });
};
