/** `POST /v1/backbones` */
import multipart from '@fastify/multipart';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Backbone, CreateBackbone } from '@trainyard/contracts';
import { Type } from 'typebox';
import { idempotentBackbone, receiveBackbone } from '../../backbones/receive-backbone.js';
import { idempotencyHeaders } from '../../idempotency/idempotent-route.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'createBackbone',
  summary: 'Upload an ONNX model as a backbone',
  description:
    'A classifier, or a feature extractor, of float32 images with one input and at most 256 MiB, weights inside. The answer ' +
    'tells where it may be cut: a layer `onnx_backbone` with its id as `backbone_id` then runs it up to there, frozen unless ' +
    '`trainable` is true. The file is the part `file` of a form, `name` another.',
  tags: ['Backbones'],
  headers: idempotencyHeaders,
  response: {
    201: reference(Backbone, { description: 'Stored and read' }),
    ...keyedProblems(
      'idempotency_key_reused',
      'idempotency_in_progress',
      'invalid_multipart',
      'payload_too_large',
      'unsupported_media_type',
      'invalid_request',
      'invalid_backbone',
      'storage_full',
    ),
  },
};

const File = Type.Unsafe<string>({ type: 'string', format: 'binary', description: 'The .onnx file' });
const form = Type.Object({ file: File, ...CreateBackbone.properties });
const content = { 'multipart/form-data': { schema: form } };

const config = {
  accepts: Object.keys(content),
  streamedBody: { content },
  idempotent: idempotentBackbone,
};

export const createBackbone: FastifyPluginAsyncTypebox = async (app) => {
  await app.register(multipart);

  app.post('/v1/backbones', { schema, config }, async (request, reply) =>
    reply.code(201).send(await receiveBackbone(app, request)),
  );
};
