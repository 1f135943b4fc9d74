/** `GET /v1/projects` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ListQuery } from '@trainyard/contracts';
import { requireOperator } from '@trainyard/http';
import { ProjectList } from '../../schemas/components.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'listProjects',
  summary: 'List the projects, newest first (operators)',
  tags: ['Access'],
  querystring: ListQuery,
  response: { 200: reference(ProjectList), ...keyedProblems('forbidden', 'invalid_request') },
};

export const listProjects: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/projects', { schema }, async (request) => {
    requireOperator(request.principal);
    return app.db.projects.list(request.query);
  });
};
