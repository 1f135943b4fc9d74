/** `DELETE /v1/jobs/{id}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { exportPrefix, featureImagePrefix, kernelPrefix } from '@trainyard/contracts';
import { Type } from 'typebox';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';

const schema = {
  operationId: 'deleteJob',
  summary: 'Delete a job that has ended, with its metrics, events and checkpoints',
  description: 'Refused while the job has not ended, and while an endpoint serves one of its checkpoints.',
  tags: ['Jobs'],
  params: IdParams,
  response: { 204: Type.Null({ description: 'It is gone' }), ...keyedProblems('not_found', 'conflict') },
};

export const deleteJob: FastifyPluginAsyncTypebox = async (app) => {
  app.delete('/v1/jobs/:id', { schema }, async (request, reply) => {
    const { id } = request.params;
    const { checkpoints, analyses } = await app.db.jobs.remove(request.principal.projectId, id);
    await app.store.removePrefix(`checkpoints/${id}`);
    await app.store.removePrefix(kernelPrefix(id));
    await app.store.removePrefix(featureImagePrefix(id));
    for (const checkpoint of checkpoints) await app.store.removePrefix(exportPrefix(checkpoint));
    for (const analysis of analyses) await app.store.removePrefix(`analyses/${analysis}`);
    return reply.code(204).send(null);
  });
};
