/** `GET /v1/jobs/{id}/checkpoints` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ListQuery } from '@trainyard/contracts';
import { CheckpointList } from '../../schemas/components.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'listJobCheckpoints',
  summary: 'List the checkpoints of a job, newest first',
  tags: ['Jobs', 'Checkpoints'],
  params: IdParams,
  querystring: ListQuery,
  response: { 200: reference(CheckpointList), ...keyedProblems('not_found', 'invalid_request') },
};

export const listCheckpoints: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/jobs/:id/checkpoints', { schema }, async (request) => {
    return app.db.checkpoints.list(request.principal.projectId, request.params.id, request.query);
  });
};
