/** `POST /v1/jobs/{id}/stop` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Job } from '@trainyard/contracts';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'stopJob',
  summary: 'Stop a job and keep what it has trained',
  description:
    'The training ends early: the job succeeds with the best weights so far, tested like those of a job that came to its end, and with the stop reason `stopped`. Refused for a job that no worker trains.',
  tags: ['Jobs'],
  params: IdParams,
  response: {
    202: reference(Job, { description: 'About to end' }),
    ...keyedProblems('not_found', 'conflict'),
  },
};

export const stopJob: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/jobs/:id/stop', { schema }, async (request, reply) => {
    return reply.code(202).send(await app.db.jobs.stop(request.principal.projectId, request.params.id));
  });
};
