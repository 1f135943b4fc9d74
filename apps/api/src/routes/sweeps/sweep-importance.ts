/** `GET /v1/sweeps/{id}/importance` and `/importance.png` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ParameterImportances } from '@trainyard/contracts';
import { pngResponse } from '../../pictures/send-picture.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';
import { importanceChart, importancesOf } from '../../sweeps/plots.js';

const description =
  'How much of the variance of the objective each parameter explains by itself: functional ANOVA (Hutter et al., 2014) of ' +
  'a random forest of 64 trees. Of trials that were trained to their end; of ASHA all, by their values after the first rung.';
const common = { tags: ['Sweeps'], params: IdParams };

const schema = {
  operationId: 'getSweepImportance',
  summary: 'See which parameters matter',
  description,
  ...common,
  response: { 200: reference(ParameterImportances), ...keyedProblems('not_found') },
};

const pictureSchema = {
  operationId: 'getSweepImportancePicture',
  summary: 'Look at which parameters matter',
  description,
  ...common,
  response: { 200: pngResponse, ...keyedProblems('not_found', 'overloaded') },
};

export const sweepImportance: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/sweeps/:id/importance', { schema }, async (request) => {
    const sweep = await app.db.sweeps.get(request.principal.projectId, request.params.id);
    return importancesOf(app.db, sweep);
  });

  app.get(
    '/v1/sweeps/:id/importance.png',
    { schema: pictureSchema, exposeHeadRoute: false },
    async (request, reply) => {
      const sweep = await app.db.sweeps.get(request.principal.projectId, request.params.id);
      const chart = importanceChart(sweep, await importancesOf(app.db, sweep));
      const [picture] = await app.pictures.draw(async () => ({ kind: 'chart', chart }));
      return reply.type('image/png').send(Buffer.from(picture));
    },
  );
};
