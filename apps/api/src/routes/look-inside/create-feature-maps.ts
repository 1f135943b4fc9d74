/** `POST /v1/checkpoints/{id}/feature-maps` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import {
  checkFeatureMapsResult,
  FEATURE_MAPS_FILES,
  FeatureMaps,
  type FeatureMapsResult,
  parseFeatureMapsRequest,
  SPLITS,
  Strict,
  TrainyardError,
  Words,
} from '@trainyard/contracts';
import type { Analysis } from '@trainyard/db';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { hasEnded, RETRY_AFTER_S, summaryOf, WAIT_MS } from '../../look-inside/analysed-checkpoint.js';
import { requestFeatureMaps } from '../../look-inside/request-feature-maps.js';
import { pngResponse } from '../../pictures/send-picture.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const IMAGE_BYTES_MAX = 32 * 1024 ** 2;
const FORMATS = ['png', 'json'] as const;

const schema = {
  operationId: 'createFeatureMaps',
  summary: 'Look at what a layer makes of an image',
  description:
    'Send an image file as the body, or name one of the data set by `split` and `index` and send none. The answer is a ' +
    'picture: the image, and each channel of the layer with its activation applied; with `format=json` figures of each ' +
    'channel, and with `channel` also its values. Equal requests have equal answers, and nothing is computed twice.',
  tags: ['Look inside'],
  params: IdParams,
  querystring: Strict({
    layer: Type.String({ minLength: 1, description: 'The name of a layer of the model' }),
    split: Type.Optional(Words(SPLITS, { default: 'validation' })),
    index: Type.Optional(Type.Integer({ minimum: 0, description: 'Its place among the images of the split' })),
    format: Type.Optional(Words(FORMATS, { default: 'png' })),
    channel: Type.Optional(Type.Integer({ minimum: 0, description: 'Whose values JSON is to have' })),
  }),
  response: {
    200: {
      description: 'The picture, or figures',
      content: { ...pngResponse.content, 'application/json': { schema: reference(FeatureMaps) } },
    },
    202: reference(FeatureMaps, { description: 'It is not done: send the same request again' }),
    ...keyedProblems(
      'not_found',
      'invalid_request',
      'invalid_image',
      'training_diverged',
      'payload_too_large',
      'unsupported_media_type',
      'overloaded',
    ),
  },
};

const config = {
  streamedBody: { content: { 'image/*': { schema: Type.Unsafe<string>({ type: 'string', format: 'binary' }) } } },
};

export const createFeatureMaps: FastifyPluginAsyncTypebox = async (app) => {
  app.removeAllContentTypeParsers();
  const parser = { parseAs: 'buffer', bodyLimit: IMAGE_BYTES_MAX } as const;
  app.addContentTypeParser(/^(image\/.+|application\/octet-stream)$/, parser, (_request, body, done) => {
    done(null, body);
  });

  /** Before the body is looked at: what belongs to another project does not exist, whatever is sent. */
  const preParsing = async (request: FastifyRequest<{ Params: { id: string } }>) => {
    await app.db.checkpoints.get(request.principal.projectId, request.params.id);
  };

  app.post('/v1/checkpoints/:id/feature-maps', { schema, config, preParsing }, async (request, reply) => {
    const { layer, split, index, format = 'png', channel } = request.query;
    const { id } = request.params;
    const upload = Buffer.isBuffer(request.body) && request.body.length > 0 ? request.body : null;
    const asked = { projectId: request.principal.projectId, checkpointId: id, layer, split, index, upload };
    const analysis = await app.analyses.wait(await requestFeatureMaps(app, asked), WAIT_MS);
    const summary = { object: 'feature_maps' as const, ...summaryOf(analysis, id), result: null };
    if (!hasEnded(analysis)) return reply.code(202).header('retry-after', RETRY_AFTER_S).send(summary);
    const result = checkFeatureMapsResult(await app.analyses.result(analysis));
    await removeUpload(app, analysis);
    const values = await readValues(app, analysis.id);
    if (format === 'json') {
      const map = channel === undefined ? {} : { map: mapOf(result, values, channel) };
      return reply.code(200).send({ ...summary, result, ...map });
    }
    const [png] = await app.pictures.draw(async () => ({
      kind: 'feature_maps',
      title: `${result.layer} (${result.type})`,
      image: result.image,
      pixels: Uint8Array.from(await app.analyses.read(analysis.id, FEATURE_MAPS_FILES.input)),
      shape: result.shape,
      values,
    }));
    return reply.type('image/png').send(png);
  });
};

/** The result holds the image as the model sees it; nobody needs the file any more. */
async function removeUpload({ store }: Pick<FastifyInstance, 'store'>, { request }: Analysis): Promise<void> {
  const { image } = parseFeatureMapsRequest(request);
  if ('key' in image) await store.remove(image.key);
}

async function readValues({ analyses }: Pick<FastifyInstance, 'analyses'>, id: string): Promise<Float32Array> {
  const { buffer, byteOffset, byteLength } = await analyses.read(id, FEATURE_MAPS_FILES.values);
  const view = new DataView(buffer, byteOffset, byteLength);
  const count = byteLength / Float32Array.BYTES_PER_ELEMENT;
  return Float32Array.from({ length: count }, (_, i) => view.getFloat32(i * Float32Array.BYTES_PER_ELEMENT, true));
}

function mapOf({ shape }: FeatureMapsResult, values: Float32Array, channel: number): number[][] {
  const [channels, rows = 1, columns = 1] = shape;
  if (channel >= channels) {
    const detail = `The layer has ${channels} channels, counted from 0. There is no channel ${channel}.`;
    throw new TrainyardError('invalid_request', detail, { errors: [{ pointer: '/channel', detail }] });
  }
  const start = channel * rows * columns;
  return Array.from({ length: rows }, (_, row) =>
    Array.from(values.subarray(start + row * columns, start + (row + 1) * columns)),
  );
}
