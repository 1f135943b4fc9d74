/** `POST /v1/jobs/{id}/resume` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Job } from '@trainyard/contracts';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'resumeJob',
  summary: 'Resume a paused job',
  description: 'It is queued again, and any worker goes on after its newest checkpoint.',
  tags: ['Jobs'],
  params: IdParams,
  response: {
    202: reference(Job, { description: 'Queued' }),
    ...keyedProblems('not_found', 'conflict'),
  },
};

export const resumeJob: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/jobs/:id/resume', { schema }, async (request, reply) => {
    const job = await app.db.jobs.resume(request.principal.projectId, request.params.id);
    app.dispatch();
    return reply.code(202).send(job);
  });
};
