/** `GET /v1/backbones` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ListQuery } from '@trainyard/contracts';
import { BackboneList } from '../../schemas/components.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'listBackbones',
  summary: 'List backbones, newest first',
  tags: ['Backbones'],
  querystring: ListQuery,
  response: { 200: reference(BackboneList), ...keyedProblems('invalid_request') },
};

export const listBackbones: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/backbones', { schema }, async (request) => {
    return app.db.backbones.list(request.principal.projectId, request.query);
  });
};
