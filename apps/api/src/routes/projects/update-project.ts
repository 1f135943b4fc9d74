/** `PATCH /v1/projects/{id}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Project, TrainyardError, UpdateProject } from '@trainyard/contracts';
import { requireOperator } from '@trainyard/http';
import type { FastifyRequest } from 'fastify';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'updateProject',
  summary: 'Limit how many jobs of a project are trained at once (operators)',
  description:
    'Jobs beyond the limit stay queued. A lower limit takes nothing away from jobs that are trained already; null means the default of the server.',
  tags: ['Access'],
  params: IdParams,
  body: reference(UpdateProject),
  response: {
    200: reference(Project),
    ...keyedProblems('forbidden', 'not_found', 'invalid_request', 'invalid_json', 'unsupported_media_type'),
  },
};

export const updateProject: FastifyPluginAsyncTypebox = async (app) => {
  app.patch('/v1/projects/:id', { schema, preValidation: refuseMembers }, async (request) => {
    return app.db.projects.update(request.params.id, request.body);
  });
};

/** Before the body is looked at: to a member other projects do not exist, whatever it sends. */
async function refuseMembers({ principal, params }: FastifyRequest<{ Params: { id: string } }>): Promise<void> {
  if (principal.role !== 'operator' && params.id !== principal.projectId) {
    throw new TrainyardError('not_found', `There is no project "${params.id}" for this key.`);
  }
  requireOperator(principal);
}
