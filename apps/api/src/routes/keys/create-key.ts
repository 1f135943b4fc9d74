/** `POST /v1/keys` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CreateApiKey, CreatedApiKey, TrainyardError } from '@trainyard/contracts';
import { type Principal, requireOperator } from '@trainyard/http';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'createKey',
  summary: 'Make an API key',
  description: 'Members make keys of members for their own project; operators make any key for any project.',
  tags: ['Access'],
  body: reference(CreateApiKey),
  response: {
    201: reference(CreatedApiKey, { description: 'The key. Keep its `secret`: it is not shown again' }),
    ...keyedProblems('forbidden', 'not_found', 'invalid_request', 'invalid_json', 'unsupported_media_type'),
  },
};

export const createKey: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/keys', { schema }, async (request, reply) => {
    const { name, role = 'member', project_id } = request.body;
    const projectId = projectFor(request.principal, project_id);
    if (role === 'operator') requireOperator(request.principal);
    return reply.code(201).send(await app.db.keys.create({ projectId, name, role }));
  });
};

/** The project that was asked for. To a member there is none beside its own. */
function projectFor({ role, projectId }: Principal, asked: string | undefined): string {
  if (asked === undefined || asked === projectId || role === 'operator') return asked ?? projectId;
  throw new TrainyardError('not_found', `There is no project "${asked}". Leave project_id out to use your own.`);
}
