/** `POST /v1/endpoints/{id or name}/explain`: streamed to the inference server as it comes, and its answer back. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ExplainQuery, Explanation } from '@trainyard/contracts';
import { streamBodies } from '../../inference/inference-server.js';
import { pngResponse } from '../../pictures/send-picture.js';
import { EndpointParams } from '../../schemas/parameters.js';
import { reference } from '../../schemas/reference.js';
import { File, imageBodies, imageProblems } from './image-request.js';

const schema = {
  operationId: 'explain',
  summary: 'See where in an image a class is seen',
  description:
    'Grad-CAM (Selvaraju et al., 2017) of one image, sent as for a prediction. JSON has the heat as a matrix; with ' +
    '`format=png`, or `Accept: image/png`, the answer is a picture of it over the image. The model must have a ' +
    'convolution.',
  tags: ['Endpoints'],
  params: EndpointParams,
  querystring: ExplainQuery,
  response: {
    200: {
      description: 'Where the class is seen',
      content: { 'application/json': { schema: reference(Explanation) }, ...pngResponse.content },
    },
    ...imageProblems,
  },
};

const config = { streamedBody: imageBodies(File) };

export const explain: FastifyPluginAsyncTypebox = async (app) => {
  streamBodies(app);
  app.post('/v1/endpoints/:id/explain', { schema, config }, async (_request, reply) => reply.passOn());
};
