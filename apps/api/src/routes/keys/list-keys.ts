/** `GET /v1/keys` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ListQuery } from '@trainyard/contracts';
import { ApiKeyList } from '../../schemas/components.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';
import { visibleProject } from './visible-project.js';

const schema = {
  operationId: 'listKeys',
  summary: 'List API keys, newest first',
  description: 'Members see those of their project, operators all. Secrets are never shown.',
  tags: ['Access'],
  querystring: ListQuery,
  response: { 200: reference(ApiKeyList), ...keyedProblems('invalid_request') },
};

export const listKeys: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/keys', { schema }, async (request) => {
    return app.db.keys.list(visibleProject(request.principal), request.query);
  });
};
