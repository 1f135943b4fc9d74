/** `POST /v1/projects` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CreateProject, Project } from '@trainyard/contracts';
import { requireOperator } from '@trainyard/http';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'createProject',
  summary: 'Make a project (operators)',
  tags: ['Access'],
  body: reference(CreateProject),
  response: {
    201: reference(Project, { description: 'The project; make a key for it with POST /v1/keys' }),
    ...keyedProblems('forbidden', 'invalid_request', 'invalid_json', 'unsupported_media_type', 'name_taken'),
  },
};

export const createProject: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/projects', { schema }, async (request, reply) => {
    requireOperator(request.principal);
    return reply.code(201).send(await app.db.projects.create(request.body));
  });
};
