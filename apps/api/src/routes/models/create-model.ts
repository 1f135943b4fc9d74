/** `POST /v1/models` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CreateModel, Model, resolveOptimizer } from '@trainyard/contracts';
import { buildForAnyData } from '../../models/build-source.js';
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
    ...keyedProblems('invalid_request', 'invalid_spec', 'overloaded', 'invalid_json', 'unsupported_media_type'),
  },
};

export const createModel: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/models', { schema }, async (request, reply) => {
    const { projectId } = request.principal;
    const { name } = request.body;
    const source = postedSource(request.body);
    const { spec, training: trainingDefaults, notes } = source;
    const data = buildForAnyData(source)?.data;
    const summary = data
      ? await app.summaries.summarize({ spec, data, optimizer: resolveOptimizer(trainingDefaults?.optimizer) })
      : null;
    return reply
      .code(201)
      .send(await app.db.models.create({ projectId, name, spec, summary, trainingDefaults, notes }));
  });
};
