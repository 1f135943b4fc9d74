/** `POST /v1/models/validate` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ModelValidation, ValidateModel } from '@trainyard/contracts';
import { fillBackbones } from '../../backbones/fill-backbones.js';
import { validatePosted } from '../../models/validate-posted.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'validateModel',
  summary: 'Check a model and a training without storing them',
  description:
    'Give `spec` or `keras`. With `dataset_id` the model is built against that data set: its image size, where the model ' +
    'has none, and its classes. With `training`, or what a Keras document was compiled with, it is checked that both fit.',
  tags: ['Models'],
  body: reference(ValidateModel),
  response: {
    200: reference(ModelValidation),
    ...keyedProblems(
      'not_found',
      'dataset_not_ready',
      'invalid_request',
      'invalid_spec',
      'batch_too_large',
      'overloaded',
      'invalid_json',
      'unsupported_media_type',
    ),
  },
};

export const validateModel: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/models/validate', { schema }, async (request) => {
    const { dataset_id: id } = request.body;
    const dataset = id === undefined ? undefined : await app.db.datasets.content(request.principal.projectId, id);
    const spec = await fillBackbones(app.db, request.principal.projectId, request.body.spec, '/spec');
    return validatePosted({ ...request.body, ...(spec === undefined ? {} : { spec }) }, dataset, app.summaries);
  });
};
