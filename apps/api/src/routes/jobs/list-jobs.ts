/** `GET /v1/jobs` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { JOB_STATUSES, ListQuery, Strict, Words } from '@trainyard/contracts';
import { Type } from 'typebox';
import { JobList } from '../../schemas/components.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'listJobs',
  summary: 'List jobs, newest first',
  tags: ['Jobs'],
  querystring: Strict({
    ...ListQuery.properties,
    status: Type.Optional(Words(JOB_STATUSES)),
    tag: Type.Optional(Type.String({ maxLength: 64 })),
    sweep_id: Type.Optional(Type.String({ maxLength: 64, description: 'Trials of a sweep' })),
  }),
  response: { 200: reference(JobList), ...keyedProblems('invalid_request') },
};

export const listJobs: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/jobs', { schema }, async (request) => {
    return app.db.jobs.list(request.principal.projectId, request.query);
  });
};
