/** `GET /v1/checkpoints/{id}/download` */
import type { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CHECKPOINT_DOWNLOADS, CheckpointExport, Strict, Words } from '@trainyard/contracts';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { exportOf, onnxFileOf, showExport } from '../../exports/exported-checkpoint.js';
import { verifyStored } from '../../exports/verify-stored.js';
import { RETRY_AFTER_S } from '../../look-inside/analysed-checkpoint.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'downloadCheckpoint',
  summary: 'Download a checkpoint',
  description:
    '`onnx` is a model for inference: its input `image` takes uint8 pixels [batch, height, width, channels] of the size ' +
    'in the metadata `image`, its output is `probabilities` (`values` for a regression) in the order of the metadata `labels`; ' +
    'the preprocessing is inside. Asking makes it: it is run on held-out images beside the service, and given out only ' +
    'where both agree, with the certificate of that in the metadata `certificate`. The answer waits for up to 20 s. ' +
    '`safetensors` has the weights and the state of the optimizer.',
  tags: ['Checkpoints'],
  params: IdParams,
  querystring: Strict({ format: Type.Optional(Words(CHECKPOINT_DOWNLOADS, { default: 'onnx' })) }),
  response: {
    200: {
      description: 'The file',
      content: { 'application/octet-stream': { schema: Type.Unsafe<Readable>({ type: 'string', format: 'binary' }) } },
    },
    202: reference(CheckpointExport, { description: 'The ONNX file is still made: ask again' }),
    ...keyedProblems(
      'not_found',
      'conflict',
      'parity_failed',
      'invalid_request',
      'checkpoint_corrupt',
      'training_diverged',
      'out_of_memory',
    ),
  },
};

export const downloadCheckpoint: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/checkpoints/:id/download', { schema, exposeHeadRoute: false }, async (request, reply) => {
    const { format = 'onnx' } = request.query;
    const { projectId } = request.principal;
    const { id } = request.params;
    if (format === 'safetensors') {
      const { storageKey: key, digest } = await app.db.checkpoints.trainedModel(projectId, id);
      const { bytes } = await verifyStored(app.store, { key, digest });
      fileHeaders(reply, `${id}.safetensors`, bytes).header('etag', `"${digest}"`);
      return reply.code(200).send(await app.store.read(key));
    }
    const { result, ...exported } = await exportOf(app, projectId, id);
    if (result === null) return reply.code(202).header('retry-after', RETRY_AFTER_S).send(showExport(exported));
    const { key, bytes } = onnxFileOf({ ...exported, result });
    fileHeaders(reply, `${id}.onnx`, bytes).header('etag', `"${result.file?.sha256}"`);
    return reply.code(200).send(await app.store.read(key));
  });
};

function fileHeaders(reply: FastifyReply, name: string, bytes: number): FastifyReply {
  return reply
    .type('application/octet-stream')
    .header('content-length', bytes)
    .header('content-disposition', `attachment; filename="${name}"`);
}
