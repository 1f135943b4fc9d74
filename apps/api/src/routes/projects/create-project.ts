/** `POST /v1/projects` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CreateProject, Project } from '@trainyard/contracts';
import type { Database } from '@trainyard/db';
import { requireOperator } from '@trainyard/http';
import { type IdempotentRoute, idempotencyHeaders } from '../../idempotency/idempotent-route.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'createProject',
  summary: 'Make a project (operators)',
  tags: ['Access'],
  headers: idempotencyHeaders,
  body: reference(CreateProject),
  response: {
    201: reference(Project, { description: 'The project; make a key for it with POST /v1/keys' }),
    ...keyedProblems(
      'idempotency_key_reused',
      'idempotency_in_progress',
      'forbidden',
      'invalid_request',
      'invalid_json',
      'unsupported_media_type',
      'name_taken',
    ),
  },
};

const config = {
  idempotent: {
    status: 201,
    find: (db: Database, _: string, id: string) => db.projects.get(id),
  } satisfies IdempotentRoute,
};

export const createProject: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/projects', { schema, config }, async (request, reply) => {
    requireOperator(request.principal);
    return reply.code(201).send(await app.db.projects.create(request.body, request.idempotency));
  });
};
