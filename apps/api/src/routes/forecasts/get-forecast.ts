/** `GET /v1/forecast/{id}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Forecast, TrainyardError } from '@trainyard/contracts';
import { showForecast } from '../../forecasts/forecasts.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'getForecast',
  summary: 'Get a forecast',
  tags: ['Jobs'],
  params: IdParams,
  response: { 200: reference(Forecast), ...keyedProblems('not_found') },
};

export const getForecast: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/forecast/:id', { schema }, async (request) => {
    const { id } = request.params;
    const analysis = await app.db.analyses.get(request.principal.projectId, id);
    if (analysis.kind !== 'forecast') throw new TrainyardError('not_found', `There is no forecast ${id}.`);
    return showForecast(app, analysis);
  });
};
