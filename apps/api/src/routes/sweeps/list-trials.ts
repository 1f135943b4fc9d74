/** `GET /v1/sweeps/{id}/trials` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Strict, TRIALS_MAX, Words } from '@trainyard/contracts';
import { Type } from 'typebox';
import { TrialList } from '../../schemas/components.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';
import { knownTrials, leaders } from '../../sweeps/sweep-view.js';

const LIMIT = 100;

const schema = {
  operationId: 'listSweepTrials',
  summary: 'List the trials of a sweep',
  description: 'In the order in which they were begun, or the best first; those without a value come last then.',
  tags: ['Sweeps'],
  params: IdParams,
  querystring: Strict({
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: TRIALS_MAX, default: LIMIT })),
    after: Type.Optional(
      Type.String({ pattern: '^[0-9]{1,9}$', description: 'The `next_cursor` of the page before: a trial' }),
    ),
    order: Type.Optional(Words(['number', 'best'] as const, { default: 'number' })),
  }),
  response: { 200: reference(TrialList), ...keyedProblems('not_found', 'invalid_request') },
};

export const listTrials: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/sweeps/:id/trials', { schema }, async (request) => {
    const { limit = LIMIT, after, order } = request.query;
    const sweep = await app.db.sweeps.get(request.principal.projectId, request.params.id);
    const trials = await knownTrials(app.db, sweep);
    const best = order === 'best' ? leaders(sweep, trials) : [];
    const ordered = [...best, ...trials.filter((trial) => !best.includes(trial))].map(({ shown }) => shown);
    const start = after === undefined ? 0 : ordered.findIndex(({ number }) => number === Number(after)) + 1;
    const data = ordered.slice(start, start + limit);
    const has_more = start + limit < ordered.length;
    return { object: 'list' as const, data, has_more, next_cursor: has_more ? `${data.at(-1)?.number}` : null };
  });
};
