/** `GET /v1/jobs/{id}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Job } from '@trainyard/contracts';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'getJob',
  summary: 'Get a job',
  description: 'Its status and progress, its latest and best metrics, its device and why, and its result.',
  tags: ['Jobs'],
  params: IdParams,
  response: { 200: reference(Job), ...keyedProblems('not_found') },
};

export const getJob: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/jobs/:id', { schema }, async (request) => {
    return app.db.jobs.get(request.principal.projectId, request.params.id);
  });
};
