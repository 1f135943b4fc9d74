/** `GET /v1/sweeps/{id}/scatter` and `/scatter.png` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Strict, SweepPlot } from '@trainyard/contracts';
import { Type } from 'typebox';
import { pngResponse } from '../../pictures/send-picture.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';
import { onlyParameter, plotOf, scatterChart } from '../../sweeps/plots.js';

const common = {
  tags: ['Sweeps'],
  params: IdParams,
  querystring: Strict({
    parameter: Type.Optional(
      Type.String({ maxLength: 1000, description: 'A JSON pointer of the space; left out, its first' }),
    ),
  }),
};

const schema = {
  operationId: 'getSweepScatter',
  summary: 'Get the values of the trials by one parameter',
  ...common,
  response: { 200: reference(SweepPlot), ...keyedProblems('not_found', 'invalid_request') },
};

const pictureSchema = {
  operationId: 'getSweepScatterPicture',
  summary: 'Look at the values of the trials by one parameter',
  ...common,
  response: { 200: pngResponse, ...keyedProblems('not_found', 'invalid_request', 'overloaded') },
};

export const sweepScatter: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/sweeps/:id/scatter', { schema }, async (request) => {
    const sweep = await app.db.sweeps.get(request.principal.projectId, request.params.id);
    return onlyParameter(await plotOf(app.db, sweep), request.query.parameter);
  });

  app.get('/v1/sweeps/:id/scatter.png', { schema: pictureSchema, exposeHeadRoute: false }, async (request, reply) => {
    const sweep = await app.db.sweeps.get(request.principal.projectId, request.params.id);
    const chart = scatterChart(onlyParameter(await plotOf(app.db, sweep), request.query.parameter), sweep);
    const [picture] = await app.pictures.draw(async () => ({ kind: 'chart', chart }));
    return reply.type('image/png').send(Buffer.from(picture));
  });
};
