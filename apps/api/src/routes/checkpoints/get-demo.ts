/** `GET /v1/checkpoints/{id}/demo.html` */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CheckpointExport, type ExportResult, outputNames, TrainyardError } from '@trainyard/contracts';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { type DemoAssets, demoAssets } from '../../demo/demo-assets.js';
import { demoDocument, demoPolicy } from '../../demo/demo-document.js';
import type { DemoAbout } from '../../demo/page/about.js';
import { type ExportedCheckpoint, exportOf, onnxFileOf, showExport } from '../../exports/exported-checkpoint.js';
import { RETRY_AFTER_S } from '../../look-inside/analysed-checkpoint.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

/** Browsers hold the text of a page in memory several times. */
const MODEL_BYTES_MAX = 256 * 1024 ** 2;

const schema = {
  operationId: 'getCheckpointDemo',
  summary: 'Get a page that runs the checkpoint in a browser, offline',
  description:
    'One HTML file with the ONNX file, onnxruntime as WebAssembly and all else that it needs: save it, open it, drop an ' +
    'image in. It connects to nothing. Asking makes the ONNX file, and the answer waits for it for up to 20 s.',
  tags: ['Checkpoints'],
  params: IdParams,
  response: {
    200: {
      description: 'The page',
      content: { 'text/html': { schema: Type.Unsafe<Readable>({ type: 'string' }) } },
    },
    202: reference(CheckpointExport, { description: 'The ONNX file is still made: ask again' }),
    ...keyedProblems(
      'not_found',
      'conflict',
      'parity_failed',
      'payload_too_large',
      'checkpoint_corrupt',
      'training_diverged',
      'out_of_memory',
    ),
  },
};

export const getDemo: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/checkpoints/:id/demo.html', { schema, exposeHeadRoute: false }, async (request, reply) => {
    const { projectId } = request.principal;
    const { result, ...exported } = await exportOf(app, projectId, request.params.id);
    if (result === null) return reply.code(202).header('retry-after', RETRY_AFTER_S).send(showExport(exported));
    const { key, bytes } = onnxFileOf({ ...exported, result });
    if (bytes > MODEL_BYTES_MAX) throw tooLarge(bytes);
    const assets = await demoAssets();
    const about = await aboutOf(app, exported, result);
    const page = demoDocument({ about, assets, model: await app.store.read(key) });
    reply.header('content-security-policy', demoPolicy(assets)).header('etag', tagOf(about, assets, result));
    return reply.code(200).type('text/html; charset=utf-8').send(Readable.from(page));
  });
};

async function aboutOf(
  { db }: Pick<FastifyInstance, 'db'>,
  { model }: Pick<ExportedCheckpoint, 'model'>,
  { certificate, onnx }: ExportResult,
): Promise<DemoAbout> {
  const { name } = await db.jobs.get(model.projectId, model.jobId);
  const { images, service, training, largest_difference } = certificate;
  return {
    title: name ?? `Epoch ${model.epoch} of ${model.jobId}`,
    checkpoint_id: model.checkpointId,
    task: onnx.task,
    labels: outputNames(model.dataset),
    image: onnx.image,
    certificate: {
      images: images.count,
      source: images.source,
      largest_difference,
      tolerance: Math.max(service.tolerance, training.tolerance),
    },
  };
}

function tagOf(about: DemoAbout, { digest }: DemoAssets, { file }: ExportResult): string {
  const hash = createHash('sha256').update(JSON.stringify([about, digest, file?.sha256]));
  return `"${hash.digest('hex')}"`;
}

function tooLarge(bytes: number): TrainyardError {
  const size = `${Math.ceil(bytes / 1024 ** 2)} MiB`;
  const most = `${MODEL_BYTES_MAX / 1024 ** 2} MiB`;
  return new TrainyardError(
    'payload_too_large',
    `A page can hold models of up to ${most}; this one has ${size}. Download it as ONNX instead.`,
  );
}
