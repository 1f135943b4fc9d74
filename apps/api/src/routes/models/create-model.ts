/** `POST /v1/models` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CreateModel, Model } from '@trainyard/contracts';
import { checkSpec } from '../../models/check-spec.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'createModel',
  summary: 'Store a model specification',
  tags: ['Models'],
  body: reference(CreateModel),
  response: {
    201: reference(Model, { description: 'The normalised specification with its layer table' }),
    ...keyedProblems('invalid_request', 'invalid_spec', 'invalid_json', 'unsupported_media_type'),
  },
};

export const createModel: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/models', { schema }, async (request, reply) => {
    const { name, spec } = request.body;
    const checked = checkSpec(spec, { pointer: '/spec' });
    return reply
      .code(201)
      .send(await app.db.models.create({ projectId: request.principal.projectId, name, ...checked }));
  });
};
