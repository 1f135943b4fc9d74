/** `DELETE /v1/keys/{id}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ApiKey, LIST_LIMIT_MAX, TrainyardError } from '@trainyard/contracts';
import type { Database } from '@trainyard/db';
import type { Principal } from '@trainyard/http';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';
import { visibleProject } from './visible-project.js';

const schema = {
  operationId: 'revokeKey',
  summary: 'Revoke an API key',
  description: 'It stops working at once and stays in the list. Members cannot revoke the key of an operator.',
  tags: ['Access'],
  params: IdParams,
  response: { 200: reference(ApiKey), ...keyedProblems('forbidden', 'not_found') },
};

export const revokeKey: FastifyPluginAsyncTypebox = async (app) => {
  app.delete('/v1/keys/:id', { schema }, async (request) => {
    await refuseOperatorKey(app.db.keys, request.principal, request.params.id);
    return app.db.keys.revoke(visibleProject(request.principal), request.params.id);
  });
};

async function refuseOperatorKey(keys: Database['keys'], { role, projectId }: Principal, id: string): Promise<void> {
  if (role === 'operator') return;
  for await (const key of keysOf(keys, projectId)) {
    if (key.id !== id) continue;
    if (key.role === 'operator') throw new TrainyardError('forbidden', 'Only an operator can revoke this key.');
    return;
  }
}

async function* keysOf(keys: Database['keys'], projectId: string): AsyncIterable<ApiKey> {
  for (let after: string | undefined; ; ) {
    const page = await keys.list(projectId, { limit: LIST_LIMIT_MAX, ...(after === undefined ? {} : { after }) });
    yield* page.data;
    if (page.next_cursor === null) return;
    after = page.next_cursor;
  }
}
