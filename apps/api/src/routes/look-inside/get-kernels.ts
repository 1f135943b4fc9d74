/** `GET /v1/jobs/{id}/kernels.png` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { readKernels } from '../../look-inside/read-kernels.js';
import { pngResponse } from '../../pictures/send-picture.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';

const schema = {
  operationId: 'getJobKernels',
  summary: 'Look at how the filters of the first convolution came about',
  description: 'A row for each of up to 12 epochs, from before the first; a column for each of up to 32 filters.',
  tags: ['Look inside'],
  params: IdParams,
  response: { 200: pngResponse, ...keyedProblems('not_found', 'conflict', 'overloaded') },
};

export const getKernels: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/jobs/:id/kernels.png', { schema, exposeHeadRoute: false }, async (request, reply) => {
    const { id } = await app.db.jobs.get(request.principal.projectId, request.params.id);
    const [png] = await app.pictures.draw(() => readKernels(app.store, id));
    return reply.type('image/png').send(png);
  });
};
