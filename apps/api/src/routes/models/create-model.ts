/** `POST /v1/models` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CreateModel, Model } from '@trainyard/contracts';
import { buildForAnyData, summaryOf } from '../../models/build-source.js';
import { postedSource } from '../../models/model-source.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'createModel',
  summary: 'Store a model specification',
  description: "Give `spec`, a specification, or `keras`, what Keras' `model.to_json()` gives.",
  tags: ['Models'],
  body: reference(CreateModel),
  response: {
    201: reference(Model, { description: 'The normalised specification with its layer table' }),
    ...keyedProblems('invalid_request', 'invalid_spec', 'invalid_json', 'unsupported_media_type'),
  },
};

export const createModel: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/models', { schema }, async (request, reply) => {
    const { projectId } = request.principal;
    const { name } = request.body;
    const source = postedSource(request.body);
    const summary = summaryOf(buildForAnyData(source));
    const { spec, training: trainingDefaults, notes } = source;
    return reply
      .code(201)
      .send(await app.db.models.create({ projectId, name, spec, summary, trainingDefaults, notes }));
  });
};
