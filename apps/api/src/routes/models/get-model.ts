/** `GET /v1/models/{id}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { IdSchema, KERAS_FORMATS, Model, Strict, Words } from '@trainyard/contracts';
import { Type } from 'typebox';
import { toKeras } from '../../models/keras-export.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const KerasDocument = Type.Object(
  {},
  { additionalProperties: true, description: 'With `format`: what Keras can load' },
);

const schema = {
  operationId: 'getModel',
  summary: 'Get a model',
  description:
    'With `format` it is answered as Keras would write it, for `keras.models.model_from_json`. What the model leaves to a ' +
    'data set, such as the number of classes, is taken from the one that `dataset_id` names.',
  tags: ['Models'],
  params: IdParams,
  querystring: Strict({
    format: Type.Optional(Words(KERAS_FORMATS)),
    dataset_id: Type.Optional(IdSchema('dataset')),
  }),
  response: {
    200: Type.Union([reference(Model), KerasDocument], {
      description: 'The model, or with `format` its Keras document',
    }),
    ...keyedProblems('not_found', 'dataset_not_ready', 'invalid_request', 'invalid_spec'),
  },
};

export const getModel: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/models/:id', { schema }, async (request) => {
    const { projectId } = request.principal;
    const { format, dataset_id: datasetId } = request.query;
    const model = await app.db.models.get(projectId, request.params.id);
    if (format === undefined) return model;
    const dataset = datasetId === undefined ? undefined : await app.db.datasets.content(projectId, datasetId);
    return toKeras(model, format, dataset);
  });
};
