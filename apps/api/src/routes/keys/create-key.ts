/** `POST /v1/keys` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CreateApiKey, CreatedApiKey, type ErrorRecord, TrainyardError } from '@trainyard/contracts';
import { type Principal, requireOperator } from '@trainyard/http';
import { type IdempotentRoute, idempotencyHeaders } from '../../idempotency/idempotent-route.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'createKey',
  summary: 'Make an API key',
  description:
    'Members make keys of members for their own project; operators make any key for any project. The answer is not ' +
    'stored: the same `Idempotency-Key` again makes no second key, and answers 409 with the id of the first.',
  tags: ['Access'],
  headers: idempotencyHeaders,
  body: reference(CreateApiKey),
  response: {
    201: reference(CreatedApiKey, { description: 'The key. Keep its `secret`: it is not shown again' }),
    ...keyedProblems(
      'idempotency_key_reused',
      'idempotency_in_progress',
      'forbidden',
      'not_found',
      'invalid_request',
      'invalid_json',
      'unsupported_media_type',
    ),
  },
};

const config = { idempotent: { status: 201, refuseAgain: madeBefore } satisfies IdempotentRoute };

export const createKey: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/keys', { schema, config }, async (request, reply) => {
    const { name, role = 'member', project_id } = request.body;
    const projectId = projectFor(request.principal, project_id);
    if (role === 'operator') requireOperator(request.principal);
    return reply.code(201).send(await app.db.keys.create({ projectId, name, role }, request.idempotency));
  });
};

/** A secret is shown once and stored nowhere, so there is no first answer to give again. */
function madeBefore(id: string): ErrorRecord {
  return {
    code: 'conflict',
    message: `The first request with this Idempotency-Key made the key ${id}, whose secret is not shown again. If it was lost, revoke that key and make another.`,
  };
}

/** The project that was asked for. To a member there is none beside its own. */
function projectFor({ role, projectId }: Principal, asked: string | undefined): string {
  if (asked === undefined || asked === projectId || role === 'operator') return asked ?? projectId;
  throw new TrainyardError('not_found', `There is no project "${asked}". Leave project_id out to use your own.`);
}
