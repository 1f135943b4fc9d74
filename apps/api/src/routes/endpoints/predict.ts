/** `POST /v1/endpoints/{id or name}/predict`: streamed to the inference server as it comes, and its answer back. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { PredictQuery, PredictResponse } from '@trainyard/contracts';
import { Type } from 'typebox';
import { streamBodies } from '../../inference/inference-server.js';
import { EndpointParams } from '../../schemas/parameters.js';
import { reference } from '../../schemas/reference.js';
import { File, imageBodies, imageProblems } from './image-request.js';

const schema = {
  operationId: 'predict',
  summary: 'Predict images',
  description:
    'Send an image as the body (JPEG, PNG, WebP, GIF, TIFF, AVIF or BMP), one or more as multipart parts named `file`, or JSON with `instances`. ' +
    'The predictions are in the order of the input; what they hold depends on the `task` that the model was trained for. Images of any size are brought to the size that the model was trained on.',
  tags: ['Endpoints'],
  params: EndpointParams,
  querystring: PredictQuery,
  response: {
    200: reference(PredictResponse),
    ...imageProblems,
  },
};

const config = { streamedBody: imageBodies(Type.Array(File)) };

export const predict: FastifyPluginAsyncTypebox = async (app) => {
  streamBodies(app);
  app.post('/v1/endpoints/:id/predict', { schema, config }, async (_request, reply) => reply.passOn());
};
