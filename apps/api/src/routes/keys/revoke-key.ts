/** `DELETE /v1/keys/{id}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ApiKey, TrainyardError } from '@trainyard/contracts';
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
    const { principal } = request;
    const project = visibleProject(principal);
    const key = await app.db.keys.get(project, request.params.id);
    if (principal.role !== 'operator' && key.role === 'operator') {
      throw new TrainyardError('forbidden', 'Only an operator can revoke this key.');
    }
    return app.db.keys.revoke(project, key.id);
  });
};
