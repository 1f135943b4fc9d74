/** `GET /v1/jobs/{id}/metrics` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { LIST_LIMIT_DEFAULT, METRIC_RESOLUTIONS, Strict, Words } from '@trainyard/contracts';
import { Type } from 'typebox';
import { MetricList } from '../../schemas/components.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

/** Rows are small and there are many of them. */
const LIMIT_MAX = 1000;

const schema = {
  operationId: 'listJobMetrics',
  summary: 'List the metrics of a job, oldest first',
  tags: ['Jobs'],
  params: IdParams,
  querystring: Strict({
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LIMIT_MAX, default: LIST_LIMIT_DEFAULT })),
    after: Type.Optional(Type.String({ description: 'The `next_cursor` of the page before: a step' })),
    resolution: Type.Optional(Words(METRIC_RESOLUTIONS, { default: 'epoch' })),
  }),
  response: { 200: reference(MetricList), ...keyedProblems('not_found', 'invalid_request') },
};

export const listMetrics: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/jobs/:id/metrics', { schema }, async (request) => {
    const { resolution = 'epoch', ...page } = request.query;
    return app.db.metrics.list(request.principal.projectId, request.params.id, { ...page, resolution });
  });
};
