/** `POST /v1/jobs/{id}/cancel` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Job } from '@trainyard/contracts';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'cancelJob',
  summary: 'Cancel a job',
  description: 'A queued job ends at once, a running one within seconds. Its checkpoints stay.',
  tags: ['Jobs'],
  params: IdParams,
  response: {
    202: reference(Job, { description: 'Cancelled, or about to be' }),
    ...keyedProblems('not_found', 'conflict'),
  },
};

export const cancelJob: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/jobs/:id/cancel', { schema }, async (request, reply) => {
    return reply.code(202).send(await app.db.jobs.cancel(request.principal.projectId, request.params.id));
  });
};
