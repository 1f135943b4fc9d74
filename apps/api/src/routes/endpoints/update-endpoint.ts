/** `PATCH /v1/endpoints/{id or name}` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Endpoint, UpdateEndpoint } from '@trainyard/contracts';
import { resolveChange } from '../../endpoints/resolve-change.js';
import { showEndpoint } from '../../endpoints/show-endpoint.js';
import { EndpointParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'updateEndpoint',
  summary: 'Move an endpoint to another checkpoint, split its traffic, or change how it answers',
  description:
    'What is left out stays as it is; null stands for the default. With `checkpoint_id` or `job_id` the endpoint moves: it serves the old ' +
    'checkpoint until the new one has been loaded and has answered, and no request fails over it. `moving_to` is set meanwhile; a checkpoint that ' +
    'cannot be loaded changes nothing, and `last_move` says why. Another checkpoint must be of the same task with the same labels.',
  tags: ['Endpoints'],
  params: EndpointParams,
  body: reference(UpdateEndpoint),
  response: {
    200: reference(Endpoint),
    ...keyedProblems(
      'not_found',
      'conflict',
      'name_taken',
      'invalid_request',
      'invalid_json',
      'unsupported_media_type',
    ),
  },
};

export const updateEndpoint: FastifyPluginAsyncTypebox = async (app) => {
  const find = (projectId: string, idOrName: string) => app.db.endpoints.served(projectId, idOrName);

  app.patch(
    '/v1/endpoints/:id',
    {
      schema,
      // Before the body is looked at: what belongs to another project is not there, whatever is sent to it.
      preValidation: async ({ principal, params }) => {
        await find(principal.projectId, params.id);
      },
    },
    async ({ principal, params, body }) => {
      const { projectId } = principal;
      const served = await find(projectId, params.id);
      const change = await resolveChange(app.db, served, body);
      return showEndpoint(await app.db.endpoints.update(projectId, served.endpoint.id, change));
    },
  );
};
