/** `GET /v1/sweeps/{id}/parallel-coordinates` and `/parallel-coordinates.png` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { SweepPlot } from '@trainyard/contracts';
import { pngResponse } from '../../pictures/send-picture.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';
import { parallelChart, plotOf } from '../../sweeps/plots.js';

const common = { tags: ['Sweeps'], params: IdParams };

const schema = {
  operationId: 'getSweepParallelCoordinates',
  summary: 'Get the figures of the parallel coordinates',
  description: 'The settings and the value of every trial that has one.',
  ...common,
  response: { 200: reference(SweepPlot), ...keyedProblems('not_found') },
};

const pictureSchema = {
  operationId: 'getSweepParallelCoordinatesPicture',
  summary: 'Look at all trials at once, by parallel coordinates',
  description: 'An axis for each parameter, a line for each trial, its colour for how good it was.',
  ...common,
  response: { 200: pngResponse, ...keyedProblems('not_found', 'overloaded') },
};

export const sweepParallelCoordinates: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/sweeps/:id/parallel-coordinates', { schema }, async (request) => {
    const sweep = await app.db.sweeps.get(request.principal.projectId, request.params.id);
    return plotOf(app.db, sweep);
  });

  app.get(
    '/v1/sweeps/:id/parallel-coordinates.png',
    { schema: pictureSchema, exposeHeadRoute: false },
    async (request, reply) => {
      const sweep = await app.db.sweeps.get(request.principal.projectId, request.params.id);
      const chart = parallelChart(sweep, await plotOf(app.db, sweep));
      const [picture] = await app.pictures.draw(async () => ({ kind: 'chart', chart }));
      return reply.type('image/png').send(Buffer.from(picture));
    },
  );
};
