/** `POST /v1/endpoints/{id or name}/predict`: streamed to the inference server as it comes, and its answer back. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { PredictJson, PredictQuery, PredictResponse } from '@trainyard/contracts';
import { Type } from 'typebox';
import { streamBodies } from '../../inference/inference-server.js';
import { EndpointParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const File = Type.Unsafe<string>({ type: 'string', format: 'binary' });

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
    ...keyedProblems(
      'not_found',
      'invalid_request',
      'invalid_image',
      'invalid_json',
      'invalid_multipart',
      'unsupported_media_type',
      'payload_too_large',
      'overloaded',
      'endpoint_not_ready',
      'unavailable',
    ),
  },
};

const config = {
  streamedBody: {
    content: {
      'application/json': { schema: reference(PredictJson) },
      'image/*': { schema: File },
      'application/octet-stream': { schema: File },
      'multipart/form-data': { schema: Type.Object({ file: Type.Array(File) }) },
    },
  },
};

export const predict: FastifyPluginAsyncTypebox = async (app) => {
  streamBodies(app);
  app.post('/v1/endpoints/:id/predict', { schema, config }, async (_request, reply) => reply.passOn());
};
