/** `POST /v1/endpoints` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CreateEndpoint, Endpoint } from '@trainyard/contracts';
import type { Database } from '@trainyard/db';
import { checkSettings } from '../../endpoints/check-settings.js';
import { settingsIn } from '../../endpoints/resolve-change.js';
import { showEndpoint } from '../../endpoints/show-endpoint.js';
import { type IdempotentRoute, idempotencyHeaders } from '../../idempotency/idempotent-route.js';
import { requireOneOf } from '../../schemas/one-of-fields.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const ONE_CHECKPOINT = 'Give either `checkpoint_id`, or `job_id` for the best checkpoint of a job.';

const schema = {
  operationId: 'createEndpoint',
  summary: 'Serve a checkpoint',
  description:
    'Give `checkpoint_id`, or `job_id` for the best checkpoint of a job. Poll the endpoint until it is `ready`.',
  tags: ['Endpoints'],
  headers: idempotencyHeaders,
  body: reference(CreateEndpoint),
  response: {
    201: reference(Endpoint, { description: 'It is being loaded' }),
    ...keyedProblems(
      'idempotency_key_reused',
      'idempotency_in_progress',
      'not_found',
      'conflict',
      'name_taken',
      'invalid_request',
      'invalid_json',
      'unsupported_media_type',
    ),
  },
};

const config = {
  idempotent: {
    status: 201,
    find: async (db: Database, projectId: string, id: string) => showEndpoint(await db.endpoints.get(projectId, id)),
  } satisfies IdempotentRoute,
};

export const createEndpoint: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/endpoints', { schema, config }, async (request, reply) => {
    const { name, checkpoint_id, job_id } = request.body;
    requireOneOf(request.body, ['checkpoint_id', 'job_id'], ONE_CHECKPOINT);
    const { idempotency, principal } = request;
    const { projectId } = principal;
    const settings = settingsIn(request.body);
    const checkpointId = await app.db.endpoints.checkpointFor(projectId, {
      checkpointId: checkpoint_id,
      jobId: job_id,
    });
    checkSettings(await app.db.checkpoints.trainedModel(projectId, checkpointId), settings);
    const endpoint = await app.db.endpoints.create({ projectId, name, idempotency, checkpointId, settings });
    return reply.code(201).send(showEndpoint(endpoint));
  });
};
