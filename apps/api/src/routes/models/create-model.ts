/** `POST /v1/models` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CreateModel, Model, resolveOptimizer } from '@trainyard/contracts';
import type { Database } from '@trainyard/db';
import { fillBackbones } from '../../backbones/fill-backbones.js';
import { type IdempotentRoute, idempotencyHeaders } from '../../idempotency/idempotent-route.js';
import { buildForAnyData } from '../../models/build-source.js';
import { postedSource } from '../../models/model-source.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'createModel',
  summary: 'Store a model specification',
  description: "Give `spec`, a specification, or `keras`, what Keras' `model.to_json()` gives.",
  tags: ['Models'],
  headers: idempotencyHeaders,
  body: reference(CreateModel),
  response: {
    201: reference(Model, { description: 'The normalised specification with its layer table' }),
    ...keyedProblems(
      'idempotency_key_reused',
      'idempotency_in_progress',
      'invalid_request',
      'invalid_spec',
      'overloaded',
      'invalid_json',
      'unsupported_media_type',
    ),
  },
};

const config = {
  idempotent: {
    status: 201,
    find: (db: Database, projectId: string, id: string) => db.models.get(projectId, id),
  } satisfies IdempotentRoute,
};

export const createModel: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/models', { schema, config }, async (request, reply) => {
    const { projectId } = request.principal;
    const { name, keras } = request.body;
    const source = postedSource({ keras, spec: await fillBackbones(app.db, projectId, request.body.spec, '/spec') });
    const { spec, training: trainingDefaults, notes } = source;
    const data = buildForAnyData(source)?.data;
    const summary = data
      ? await app.summaries.summarize({ spec, data, optimizer: resolveOptimizer(trainingDefaults?.optimizer) })
      : null;
    const { idempotency } = request;
    const model = { projectId, name, spec, summary, trainingDefaults, notes, idempotency };
    return reply.code(201).send(await app.db.models.create(model));
  });
};
