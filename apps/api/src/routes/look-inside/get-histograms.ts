/** `GET /v1/jobs/{id}/histograms` and `…/histograms.png` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { HISTOGRAMS_OF, Histograms, Strict, Words } from '@trainyard/contracts';
import { Type } from 'typebox';
import { histogramChart } from '../../look-inside/histogram-chart.js';
import { histogramsOf, noLooks } from '../../look-inside/histograms.js';
import { pngResponse } from '../../pictures/send-picture.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const described = {
  tags: ['Look inside'],
  params: IdParams,
  querystring: Strict({
    of: Type.Optional(Words(HISTOGRAMS_OF, { default: 'activations' })),
    layer: Type.Optional(
      Type.String({ minLength: 1, description: 'The name of a layer; of gradients also a weight, as layer/weight' }),
    ),
  }),
};

const json = {
  ...described,
  operationId: 'getJobHistograms',
  summary: 'Get histograms of activations or gradients by epoch',
  description:
    'What layers give on a fixed batch of the train split, or the gradients of weights, before the first epoch and after ' +
    'epochs. The bins are the same in all epochs and layers. Empty before the first look.',
  response: { 200: reference(Histograms), ...keyedProblems('not_found', 'invalid_request') },
};

const picture = {
  ...described,
  operationId: 'getJobHistogramsPicture',
  summary: 'Look at how activations or gradients of a layer change',
  description: 'A histogram for each epoch, one before the other. Of the first layer where `layer` is left out.',
  response: { 200: pngResponse, ...keyedProblems('not_found', 'conflict', 'invalid_request', 'overloaded') },
};

export const getHistograms: FastifyPluginAsyncTypebox = async (app) => {
  const read = async (projectId: string, id: string, { of = 'activations', layer }: Asked) => {
    const { probes } = await app.db.metrics.history(projectId, id);
    return histogramsOf(id, probes, { of, layer });
  };

  app.get('/v1/jobs/:id/histograms', { schema: json }, (request) =>
    read(request.principal.projectId, request.params.id, request.query),
  );

  app.get('/v1/jobs/:id/histograms.png', { schema: picture, exposeHeadRoute: false }, async (request, reply) => {
    const histograms = await read(request.principal.projectId, request.params.id, request.query);
    const [series] = histograms.series;
    if (!series) throw noLooks(request.params.id);
    const [png] = await app.pictures.draw(async () => ({ kind: 'chart', chart: histogramChart(histograms, series) }));
    return reply.type('image/png').send(png);
  });
};

interface Asked {
  of?: (typeof HISTOGRAMS_OF)[number];
  layer?: string;
}
