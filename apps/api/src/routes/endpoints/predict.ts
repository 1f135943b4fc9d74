/** `POST /v1/endpoints/{id or name}/predict`: streamed to the inference server as it comes, and its answer back. */
import replyFrom from '@fastify/reply-from';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { PredictJson, PredictResponse, TrainyardError } from '@trainyard/contracts';
import { REQUEST_ID_HEADER } from '@trainyard/http';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { EndpointParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const ANSWER_MS = 60_000;

const File = Type.Unsafe<string>({ type: 'string', format: 'binary' });

const schema = {
  operationId: 'predict',
  summary: 'Predict images',
  description:
    'Send an image as the body, one or more as multipart parts named `file`, or JSON with `instances`. ' +
    'The predictions are in the order of the input; what they hold depends on the `task` that the model was trained for. Images of any size are brought to the size that the model was trained on.',
  tags: ['Endpoints'],
  params: EndpointParams,
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
      'multipart/form-data': { schema: Type.Object({ file: Type.Array(File) }) },
    },
  },
};

export const predict: FastifyPluginAsyncTypebox<{ inferenceUrl: string }> = async (app, { inferenceUrl }) => {
  await app.register(replyFrom, {
    base: inferenceUrl,
    disableRequestLogging: true,
    undici: { connections: 128, headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS },
    destroyAgent: true,
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  app.post('/v1/endpoints/:id/predict', { schema, config }, async (request, reply) => {
    return reply.from(undefined, {
      rewriteRequestHeaders: (_, { expect: _answered, ...headers }) => ({
        ...headers,
        [REQUEST_ID_HEADER]: request.id,
      }),
      onError: (failed, { error }) => failed.send(unreachable(request, error)),
    });
  });
};

function unreachable(request: Pick<FastifyRequest, 'log'>, error: Error): TrainyardError {
  request.log.warn({ err: error }, 'the inference server did not answer');
  return new TrainyardError('unavailable', 'The inference server cannot be reached. Try again in a moment.', {
    cause: error,
  });
}
