/** `GET /v1/checkpoints/{id}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Checkpoint } from '@trainyard/contracts';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'getCheckpoint',
  summary: 'Get a checkpoint',
  tags: ['Checkpoints'],
  params: IdParams,
  response: { 200: reference(Checkpoint), ...keyedProblems('not_found') },
};

export const getCheckpoint: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/checkpoints/:id', { schema }, async (request) => {
    return app.db.checkpoints.get(request.principal.projectId, request.params.id);
  });
};
