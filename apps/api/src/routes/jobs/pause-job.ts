/** `POST /v1/jobs/{id}/pause` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Job } from '@trainyard/contracts';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'pauseJob',
  summary: 'Pause a job',
  description:
    'A queued job is paused at once, a running one after it has written a checkpoint. It holds no worker then, and stays until it is resumed or cancelled.',
  tags: ['Jobs'],
  params: IdParams,
  response: {
    202: reference(Job, { description: 'Paused, or about to be' }),
    ...keyedProblems('not_found', 'conflict'),
  },
};

export const pauseJob: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/jobs/:id/pause', { schema }, async (request, reply) => {
    return reply.code(202).send(await app.db.jobs.pause(request.principal.projectId, request.params.id));
  });
};
