/** `GET /v1/checkpoints/{id}/embedding` and `…/embedding.png` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Embedding, SPLITS, Strict, Words } from '@trainyard/contracts';
import { Type } from 'typebox';
import { endedAnalysis, hasEnded, RETRY_AFTER_S, summaryOf, WAIT_MS } from '../../look-inside/analysed-checkpoint.js';
import { embeddingChart, readEmbedding, requestEmbedding } from '../../look-inside/embedding.js';
import { IMMUTABLE, pngResponse } from '../../pictures/send-picture.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const described = {
  tags: ['Look inside'],
  params: IdParams,
  querystring: Strict({
    split: Type.Optional(Words(SPLITS, { description: 'validation, or train where it has no images, by default' })),
  }),
};

const json = {
  ...described,
  operationId: 'getEmbedding',
  summary: 'Get where the penultimate layer puts the images of a split',
  description:
    'What the layer before the last one with weights gives for up to 2000 images, along its two principal components. ' +
    'Asking makes it, and the answer waits for up to 20 s.',
  response: {
    200: reference(Embedding, { description: 'It has ended: `succeeded`, or `failed`' }),
    202: reference(Embedding, { description: 'It is not done: ask again' }),
    ...keyedProblems('not_found', 'invalid_request'),
  },
};

const picture = {
  ...described,
  operationId: 'getEmbeddingPicture',
  summary: 'Look at where the penultimate layer puts the images of a split',
  description: 'A point for each image, in the colour of its class.',
  response: {
    200: pngResponse,
    ...keyedProblems('not_found', 'conflict', 'invalid_request', 'training_diverged', 'overloaded'),
  },
};

export const getEmbedding: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/checkpoints/:id/embedding', { schema: json, exposeHeadRoute: false }, async (request, reply) => {
    const asked = askedBy(request);
    const analysis = await app.analyses.wait(await requestEmbedding(app, asked), WAIT_MS);
    const result = analysis.status === 'succeeded' ? await readEmbedding(app, analysis) : null;
    const embedding = { object: 'embedding' as const, ...summaryOf(analysis, asked.checkpointId), result };
    if (hasEnded(analysis)) return reply.code(200).send(embedding);
    return reply.code(202).header('retry-after', RETRY_AFTER_S).send(embedding);
  });

  app.get('/v1/checkpoints/:id/embedding.png', { schema: picture, exposeHeadRoute: false }, async (request, reply) => {
    const analysis = await endedAnalysis(app, await requestEmbedding(app, askedBy(request)));
    const result = await readEmbedding(app, analysis);
    const [png] = await app.pictures.draw(async () => ({ kind: 'chart', chart: embeddingChart(result) }));
    return reply.header('cache-control', IMMUTABLE).type('image/png').send(png);
  });
};

function askedBy({
  principal,
  params,
  query,
}: {
  principal: { projectId: string };
  params: { id: string };
  query: { split?: (typeof SPLITS)[number] };
}) {
  return { projectId: principal.projectId, checkpointId: params.id, split: query.split };
}
