/** `POST /v1/models/validate` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ModelValidation, ValidateModel } from '@trainyard/contracts';
import { checkSpec } from '../../models/check-spec.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'validateModel',
  summary: 'Check a model specification without storing it',
  description:
    'With `dataset_id` it is built against that data set: its image size, where the specification has none, and its classes.',
  tags: ['Models'],
  body: reference(ValidateModel),
  response: {
    200: reference(ModelValidation),
    ...keyedProblems(
      'not_found',
      'dataset_not_ready',
      'invalid_request',
      'invalid_spec',
      'invalid_json',
      'unsupported_media_type',
    ),
  },
};

export const validateModel: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/models/validate', { schema }, async (request) => {
    const { spec, dataset_id, batch_size } = request.body;
    const dataset =
      dataset_id === undefined ? undefined : await app.db.datasets.content(request.principal.projectId, dataset_id);
    const checked = checkSpec(spec, { pointer: '/spec', dataset, batchSize: batch_size });
    return { object: 'model_validation' as const, ...checked };
  });
};
