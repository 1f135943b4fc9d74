/** `GET /v1/checkpoints/{id}/download` */
import type { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CHECKPOINT_DOWNLOADS, Strict, Words } from '@trainyard/contracts';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { OnnxExporter } from '../../exports/onnx-exporter.js';
import { verifyStored } from '../../exports/verify-stored.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';

const schema = {
  operationId: 'downloadCheckpoint',
  summary: 'Download a checkpoint',
  description:
    '`onnx` is a model for inference: its input `image` takes uint8 pixels [batch, height, width, channels] of the size ' +
    'in the metadata `image`, its output is `probabilities` (`values` for a regression) in the order of the metadata `labels`; ' +
    'the preprocessing is inside. ' +
    '`safetensors` has the weights and the state of the optimizer.',
  tags: ['Checkpoints'],
  params: IdParams,
  querystring: Strict({ format: Type.Optional(Words(CHECKPOINT_DOWNLOADS, { default: 'onnx' })) }),
  response: {
    200: {
      description: 'The file',
      content: { 'application/octet-stream': { schema: Type.Unsafe<Readable>({ type: 'string', format: 'binary' }) } },
    },
    ...keyedProblems('not_found', 'conflict', 'invalid_request', 'checkpoint_corrupt'),
  },
};

export const downloadCheckpoint: FastifyPluginAsyncTypebox = async (app) => {
  const exporter = new OnnxExporter(app.store);

  app.get('/v1/checkpoints/:id/download', { schema, exposeHeadRoute: false }, async (request, reply) => {
    const { format = 'onnx' } = request.query;
    const read = () => app.db.checkpoints.trainedModel(request.principal.projectId, request.params.id);
    const model = await read();
    const stored =
      format === 'onnx'
        ? await exporter.export(model, read)
        : await verifyStored(app.store, { key: model.storageKey, digest: model.digest });
    const name = `${model.checkpointId}.${format}`;
    fileHeaders(reply, name, stored.bytes).header('etag', `"${format}-${model.digest}"`);
    return reply.send(await app.store.read(stored.key));
  });
};

function fileHeaders(reply: FastifyReply, name: string, bytes: number): FastifyReply {
  return reply
    .type('application/octet-stream')
    .header('content-length', bytes)
    .header('content-disposition', `attachment; filename="${name}"`);
}
