/** `GET /v1/backbones/{id}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Backbone } from '@trainyard/contracts';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'getBackbone',
  summary: 'Get a backbone',
  description: 'With the values of the file that a layer may be cut at, and which of its operators can be fine-tuned.',
  tags: ['Backbones'],
  params: IdParams,
  response: { 200: reference(Backbone), ...keyedProblems('not_found') },
};

export const getBackbone: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/backbones/:id', { schema }, async (request) => {
    return app.db.backbones.get(request.principal.projectId, request.params.id);
  });
};
